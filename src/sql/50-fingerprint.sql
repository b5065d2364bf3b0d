-- What to group by.

-- Version, checksum of the code that reads and judges, and digest of the
-- knowledge: the rows of data/ that a verdict may hang on.  Equal engines judge
-- alike, by the same rules of one's own.
CREATE FUNCTION bounce_engine() RETURNS text
	AS 'MODULE_PATHNAME', 'bounce_engine' LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION bounce_engine() IS 'what judges: version, checksum of the code and digest of the knowledge that judge, to be kept with a verdict';

-- A reply or another diagnostic text in, what it has in common with others of
-- its kind out: at most 512 bytes, lower case, with <addr>, <host>, <ip>,
-- <url>, <time> and <id> for what these stand for, and # for numbers.  Reply
-- codes and enhanced codes stay.  The fingerprint of a fingerprint is itself.
CREATE FUNCTION bounce_fingerprint(diagnostic text) RETURNS text
	AS 'MODULE_PATHNAME', 'bounce_fingerprint' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;

COMMENT ON FUNCTION bounce_fingerprint(text) IS 'a diagnostic without addresses, hosts, numbers and ids, so that texts of one kind are equal';
