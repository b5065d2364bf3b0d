-- Scores: what an event counts, and what many add up to.

-- What an event counts against its address, zero or more.
--
-- A failure counts hard or soft; a complaint as complaint says, unless its report
-- says that there was none: a failed authentication (RFC 6591), a virus, "not
-- spam" (RFC 5965).  Nothing else counts: a delay is no failure yet, and an
-- automatic reply, a receipt or a success comes from a mailbox that lives.
--
-- A failure that is not the address's fault counts nothing: exclude_faults names
-- those, and 'unknown' there stands for an event whose fault is NULL.  By default
-- 'receiver' is not among them: a host that has been out of order for weeks is a
-- reason to stop, as mailing list managers see it; nor is 'unknown'.
--
-- reason_weights, an object of numbers by reason, has the last word on failures:
-- {"suspend": 1, "mailboxfull": 0}.
CREATE FUNCTION bounce_weight(
	kind text,
	hard_bounce boolean,
	fault text,
	reason text,
	hard double precision DEFAULT 1,
	soft double precision DEFAULT 0.5,
	complaint double precision DEFAULT 0,
	exclude_faults text[] DEFAULT '{sender,content,network}',
	reason_weights jsonb DEFAULT NULL,
	feedback_type text DEFAULT NULL
) RETURNS double precision
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1
AS $$
	-- it is inlined where it is called, under the path that is set there
	SELECT CASE
		WHEN kind OPERATOR(pg_catalog.=) 'failure' THEN CASE
			WHEN reason_weights OPERATOR(pg_catalog.?) reason THEN (reason_weights OPERATOR(pg_catalog.->>) reason)::double precision
			WHEN coalesce(fault, 'unknown') OPERATOR(pg_catalog.=) ANY (exclude_faults) THEN 0
			WHEN hard_bounce THEN hard
			ELSE soft END
		WHEN kind OPERATOR(pg_catalog.=) 'complaint'
			AND coalesce(feedback_type, '') OPERATOR(pg_catalog.<>) ALL ('{auth-failure,not-spam,virus}') THEN complaint
		ELSE 0 END
$$;

COMMENT ON FUNCTION bounce_weight(text, boolean, text, text, double precision, double precision, double precision, text[], jsonb, text) IS
	'what an event counts against its address: 0 for delays, automatic replies and faults that are not the address''s';

-- bounce_score() adds weights up.  Of each day (in UTC) only the heaviest event
-- counts, unless one_per_day is false; each counts half for every half_life that
-- it is older than as_of (NULL: all count in full); events after as_of count
-- nothing.  Without as_of the newest row's time stands for it, which is what a
-- running score wants, as a window function.
--
-- half_life, as_of and one_per_day must be the same in all rows of a group.  Rows
-- without weight or time count nothing.  The score of no rows is 0.  It does not
-- depend on the order of the rows.  Instead of weights, hard_bounce is taken: 1
-- when true, 0.5 when false, nothing when NULL.
CREATE FUNCTION bounce_score_add(internal, double precision, timestamptz, interval) RETURNS internal
	AS 'MODULE_PATHNAME', 'bounce_score_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION bounce_score_add(internal, double precision, timestamptz, interval) IS 'aggregate bounce_score(): takes a row';

CREATE FUNCTION bounce_score_add(internal, double precision, timestamptz, interval, timestamptz) RETURNS internal
	AS 'MODULE_PATHNAME', 'bounce_score_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION bounce_score_add(internal, double precision, timestamptz, interval, timestamptz) IS 'aggregate bounce_score(): takes a row';

CREATE FUNCTION bounce_score_add(internal, double precision, timestamptz, interval, timestamptz, boolean) RETURNS internal
	AS 'MODULE_PATHNAME', 'bounce_score_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION bounce_score_add(internal, double precision, timestamptz, interval, timestamptz, boolean) IS 'aggregate bounce_score(): takes a row';

CREATE FUNCTION bounce_score_add_hard(internal, boolean, timestamptz, interval) RETURNS internal
	AS 'MODULE_PATHNAME', 'bounce_score_add_hard' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION bounce_score_add_hard(internal, boolean, timestamptz, interval) IS 'aggregate bounce_score(): takes a row';

CREATE FUNCTION bounce_score_add_hard(internal, boolean, timestamptz, interval, timestamptz) RETURNS internal
	AS 'MODULE_PATHNAME', 'bounce_score_add_hard' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION bounce_score_add_hard(internal, boolean, timestamptz, interval, timestamptz) IS 'aggregate bounce_score(): takes a row';

CREATE FUNCTION bounce_score_add_hard(internal, boolean, timestamptz, interval, timestamptz, boolean) RETURNS internal
	AS 'MODULE_PATHNAME', 'bounce_score_add_hard' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION bounce_score_add_hard(internal, boolean, timestamptz, interval, timestamptz, boolean) IS 'aggregate bounce_score(): takes a row';

CREATE FUNCTION bounce_score_combine(internal, internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'bounce_score_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION bounce_score_combine(internal, internal) IS 'aggregate bounce_score(): adds a state to another';

CREATE FUNCTION bounce_score_serialize(internal) RETURNS bytea
	AS 'MODULE_PATHNAME', 'bounce_score_serialize' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION bounce_score_serialize(internal) IS 'aggregate bounce_score(): a state as bytes, for a parallel worker';

CREATE FUNCTION bounce_score_deserialize(bytea, internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'bounce_score_deserialize' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION bounce_score_deserialize(bytea, internal) IS 'aggregate bounce_score(): the state that bytes hold';

CREATE FUNCTION bounce_score_total(internal) RETURNS double precision
	AS 'MODULE_PATHNAME', 'bounce_score_total' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION bounce_score_total(internal) IS 'aggregate bounce_score(): the score that a state amounts to';

CREATE AGGREGATE bounce_score(weight double precision, at timestamptz, half_life interval) (
	SFUNC = bounce_score_add,
	STYPE = internal,
	SSPACE = 256,
	FINALFUNC = bounce_score_total,
	COMBINEFUNC = bounce_score_combine,
	SERIALFUNC = bounce_score_serialize,
	DESERIALFUNC = bounce_score_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE bounce_score(double precision, timestamptz, interval) IS 'the sum of weights with a half-life, as of the newest, one a day';

CREATE AGGREGATE bounce_score(weight double precision, at timestamptz, half_life interval, as_of timestamptz) (
	SFUNC = bounce_score_add,
	STYPE = internal,
	SSPACE = 256,
	FINALFUNC = bounce_score_total,
	COMBINEFUNC = bounce_score_combine,
	SERIALFUNC = bounce_score_serialize,
	DESERIALFUNC = bounce_score_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE bounce_score(double precision, timestamptz, interval, timestamptz) IS 'the sum of weights with a half-life, as of a time, one a day';

CREATE AGGREGATE bounce_score(weight double precision, at timestamptz, half_life interval, as_of timestamptz, one_per_day boolean) (
	SFUNC = bounce_score_add,
	STYPE = internal,
	SSPACE = 256,
	FINALFUNC = bounce_score_total,
	COMBINEFUNC = bounce_score_combine,
	SERIALFUNC = bounce_score_serialize,
	DESERIALFUNC = bounce_score_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE bounce_score(double precision, timestamptz, interval, timestamptz, boolean) IS 'the sum of weights with a half-life, as of a time, one a day or all';

CREATE AGGREGATE bounce_score(hard_bounce boolean, at timestamptz, half_life interval) (
	SFUNC = bounce_score_add_hard,
	STYPE = internal,
	SSPACE = 256,
	FINALFUNC = bounce_score_total,
	COMBINEFUNC = bounce_score_combine,
	SERIALFUNC = bounce_score_serialize,
	DESERIALFUNC = bounce_score_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE bounce_score(boolean, timestamptz, interval) IS 'the sum of bounces (hard 1, soft 0.5) with a half-life, as of the newest, one a day';

CREATE AGGREGATE bounce_score(hard_bounce boolean, at timestamptz, half_life interval, as_of timestamptz) (
	SFUNC = bounce_score_add_hard,
	STYPE = internal,
	SSPACE = 256,
	FINALFUNC = bounce_score_total,
	COMBINEFUNC = bounce_score_combine,
	SERIALFUNC = bounce_score_serialize,
	DESERIALFUNC = bounce_score_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE bounce_score(boolean, timestamptz, interval, timestamptz) IS 'the sum of bounces (hard 1, soft 0.5) with a half-life, as of a time, one a day';

CREATE AGGREGATE bounce_score(hard_bounce boolean, at timestamptz, half_life interval, as_of timestamptz, one_per_day boolean) (
	SFUNC = bounce_score_add_hard,
	STYPE = internal,
	SSPACE = 256,
	FINALFUNC = bounce_score_total,
	COMBINEFUNC = bounce_score_combine,
	SERIALFUNC = bounce_score_serialize,
	DESERIALFUNC = bounce_score_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE bounce_score(boolean, timestamptz, interval, timestamptz, boolean) IS 'the sum of bounces (hard 1, soft 0.5) with a half-life, as of a time, one a day or all';
