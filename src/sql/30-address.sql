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

-- What an address hides that was made for returned mail: who was mailed (VERP),
-- who had sent a mail before a forwarder or tagger rewrote it, or a mere tag.
-- Decodes to the innermost.  Takes the address in any form that
-- bounce_address_key() takes, too.  NULLs where it hides nothing.
--
--   scheme  address                                              hidden             tag
--   verp    list-bounces+user=example.com@list (Mailman)         user@example.com   list-bounces
--           list-return-17-user=example.com@list (ezmlm, qmail)  user@example.com   list-return-17
--           list+bounces-17-user=example.com@list (mlmmj)        user@example.com   list+bounces-17
--           bounce+user==a==example.com==list@robot (Sympa)      user@example.com   list
--           owner-list*user**example.com@host (LISTSERV)         user@example.com   owner-list
--           user=example.com__id@...bnc.salesforce.com           user@example.com   id
--           bounce-user-example.com@list, where there is no doubt
--   srs0    SRS0=hash=tt=example.com=user@forwarder              user@example.com   hash=tt
--   srs1    SRS1=hash=first==hash=tt=example.com=user@forwarder  user@example.com   hash=first==hash=tt
--   batv    prvs=tag=user@example.com, msprvs1=tag=user@...      user@example.com   tag
--   btv1    btv1==tag==user@example.com (Barracuda)              user@example.com   tag
--   tag     bounce+tag@list                                      bounce@list        tag
--
-- "delimiters" are one's own: what stands for the "@" of the hidden address, and
-- before that, behind a blank, what stands between the tag and that address:
-- '-- _at_' for bounce--user_at_example.com@list.  Raises an error where they are
-- more or fewer words, never for an address.
CREATE FUNCTION bounce_decode_address(
	encoded text,
	delimiters text DEFAULT NULL,
	OUT scheme text,
	OUT address text,
	OUT tag text
) RETURNS record
	AS 'MODULE_PATHNAME', 'bounce_decode_address' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;

COMMENT ON FUNCTION bounce_decode_address(text, text) IS 'the address that another one hides: VERP, SRS, BATV, or its tag';
