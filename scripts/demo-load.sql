-- The tables that the demo asks: mail as it came in, and who subscribes to what.
-- The variable "samples" names the folder, as the server sees it.

CREATE EXTENSION bounce;

CREATE TABLE inbound_mail (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	received_at timestamptz NOT NULL DEFAULT now(),
	raw bytea NOT NULL
);

CREATE TABLE subscribers (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	email text NOT NULL,
	name text,
	list text
);

INSERT INTO inbound_mail (raw)
SELECT pg_read_binary_file(:'samples' || '/mail/' || file)
FROM pg_ls_dir(:'samples' || '/mail') AS file
ORDER BY file;

SELECT format($$COPY subscribers (email, name, list) FROM %L WITH (FORMAT csv, HEADER, DELIMITER E'\t')$$,
			  :'samples' || '/subscribers.tsv') \gexec

CREATE INDEX ON subscribers (lower(email));
ANALYZE;
