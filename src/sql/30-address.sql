-- Addresses: in the form in which they are compared, and what is hidden in them.

-- The key of an address: what to compare and to index, where lower(email) would
-- do in most cases.  Case, quotes that need not be, display names, angle
-- brackets, "rfc822;", "mailto:", source routes, full-width letters and the form
-- of an internationalised domain do not count.  NULL for what is no address with
-- a domain, so that no two of those are equal.  The domain is ASCII; a local part
-- is folded (Unicode's simple case folding) and in NFC.
--
-- With "gmail" dots and "+tag" of an address at Gmail do not count, and
-- googlemail.com is gmail.com.  With "subaddress" "+tag" counts nowhere.
--
-- COST: about that of three calls of lower().
CREATE FUNCTION bounce_address_key(address text, gmail boolean DEFAULT false, subaddress boolean DEFAULT false) RETURNS text
	AS 'MODULE_PATHNAME', 'bounce_address_key' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 3;

COMMENT ON FUNCTION bounce_address_key(text, boolean, boolean) IS 'an address in the form in which to compare and index it; NULL for what is none';

-- The same of a domain alone: lower case, A-labels (RFC 5890), no dot at the end.
CREATE FUNCTION bounce_domain_key(domain text) RETURNS text
	AS 'MODULE_PATHNAME', 'bounce_domain_key' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 3;

COMMENT ON FUNCTION bounce_domain_key(text) IS 'a domain in ASCII, in the form in which to compare and index it; NULL for what is none';

-- For people: the letters that A-labels stand for, or the A-labels where the
-- database's encoding lacks one of the letters, or they are no proper A-labels.
CREATE FUNCTION bounce_domain_display(domain text) RETURNS text
	AS 'MODULE_PATHNAME', 'bounce_domain_display' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 3;

COMMENT ON FUNCTION bounce_domain_display(text) IS 'a domain as people read it: internationalised labels in their own letters';
