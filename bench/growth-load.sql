-- growth-load.sql: the files :mail and :small into tables, in a session of
-- their own.
TRUNCATE mail, small;
INSERT INTO mail VALUES (pg_read_binary_file(:'mail'));
INSERT INTO small VALUES (pg_read_binary_file(:'small'));
