-- A text for people to look at: docs/security.md.

-- Control characters (of terminals, of the direction of writing), characters that
-- nobody sees, line ends, and more marks on a letter than any language has, are
-- written out as [U+202E].  The result is one line, and what it looks like is what
-- it is; to put it into HTML it must be quoted as any text.
--
-- COST: of a line of a hundred letters.
CREATE FUNCTION bounce_visible(words text) RETURNS text
	AS 'MODULE_PATHNAME', 'bounce_visible' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;

COMMENT ON FUNCTION bounce_visible(text) IS 'a text of strangers as it may be shown: what can''t be seen, or turns other text round, is written out';
