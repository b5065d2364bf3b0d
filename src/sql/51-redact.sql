-- Mails without people in them: docs/redact.md.

-- COST: of a bounce of a few KB, as that of bounce_parse().
--
-- With a key the pseudonyms are the same in all mails that are redacted with it,
-- and whoever has the key can tell which address one stands for: keep it
-- apart.  Without one they are numbered in each mail.

CREATE FUNCTION bounce_redact(raw bytea) RETURNS bytea
	AS 'MODULE_PATHNAME', 'bounce_redact_bytea' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000;

COMMENT ON FUNCTION bounce_redact(bytea) IS 'the mail with pseudonyms for addresses and without what people wrote; its verdict is the same';

CREATE FUNCTION bounce_redact(raw bytea, key text) RETURNS bytea
	AS 'MODULE_PATHNAME', 'bounce_redact_bytea' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000;

COMMENT ON FUNCTION bounce_redact(bytea, text) IS 'the same, with pseudonyms that are alike in all mails of this key';

CREATE FUNCTION bounce_redact(raw text) RETURNS text
	AS 'MODULE_PATHNAME', 'bounce_redact_text' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000;

COMMENT ON FUNCTION bounce_redact(text) IS 'the mail with pseudonyms for addresses and without what people wrote; its verdict is the same';

CREATE FUNCTION bounce_redact(raw text, key text) RETURNS text
	AS 'MODULE_PATHNAME', 'bounce_redact_text' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000;

COMMENT ON FUNCTION bounce_redact(text, text) IS 'the same, with pseudonyms that are alike in all mails of this key';

-- What bounce_redact() with the key writes for an address, so that redacted
-- mails can be joined with whom they are about as long as the key is there.
CREATE FUNCTION bounce_pseudonym(address text, key text) RETURNS text
	AS 'MODULE_PATHNAME', 'bounce_pseudonym' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;

COMMENT ON FUNCTION bounce_pseudonym(text, text) IS 'what bounce_redact() writes for an address with that key; NULL for more than 1,024 bytes, which are no address';
