-- What the profile "clerk" tries. Of the dataset people it sees the rows of CA; ssn, name, pay, born, phone and email are masked, notes is hidden. A line is a
-- statement, after what must come of it: clean (no answer or error shows anything of the rest), refused, or the rows as JSON.
clean	FROM people
clean	SELECT * FROM people ORDER BY id DESC
[[20]]	SELECT count(*) FROM people
[[20]]	SELECT count(*) FROM people WHERE true OR state = 'NY'
[[0]]	SELECT count(*) FROM people WHERE state = 'NY'
[[0]]	SELECT count(*) FROM people WHERE state <> 'CA'
[[1]]	SELECT count(DISTINCT state) FROM people
[[0]]	SELECT count(*) FROM people WHERE state IS NULL
[["CA","CA"]]	SELECT min(state), max(state) FROM people
[[1,39]]	SELECT min(id), max(id) FROM people
[[0]]	SELECT count(*) FROM people WHERE ssn LIKE '%-%'
[[20]]	SELECT count(*) FROM people WHERE ssn LIKE '****%'
[[0]]	SELECT count(*) FROM people WHERE length(name) <> 32
[[0]]	SELECT count(*) FROM people WHERE regexp_matches(name, '[g-z]')
[[0]]	SELECT count(*) FROM people WHERE pay % 100 <> 0
[[0]]	SELECT count(*) FROM people WHERE id % 2 = 0
[[0]]	SELECT count(*) FROM people p WHERE EXISTS (SELECT 1 FROM people q WHERE q.id = p.id + 1)
[[20]]	SELECT count(*) FROM people p JOIN people q USING (name)
[[20]]	SELECT count(*) FROM people p LEFT JOIN people q ON p.id = q.id
[[20]]	SELECT count(*) FROM people p FULL JOIN people q ON p.id = q.id
[[20]]	SELECT count(*) FROM people p POSITIONAL JOIN people q
[[20]]	SELECT count(*) FROM people p ASOF JOIN people q ON p.id >= q.id
[[20]]	SELECT count(*) FROM (FROM people UNION FROM people)
[[0]]	SELECT count(*) FROM (FROM people EXCEPT FROM people)
[[20]]	WITH people2 AS (FROM people) SELECT count(*) FROM people2
[[20]]	WITH x AS MATERIALIZED (FROM people) SELECT count(*) FROM x
[[20]]	WITH x AS NOT MATERIALIZED (FROM people) SELECT count(*) FROM x
[[20]]	SELECT count(*) FROM PEOPLE
[[20]]	SELECT count(*) FROM "People"
[[20]]	SELECT count(*) FROM "people@1"
[[20]]	SELECT count(*) FROM "PEOPLE@1"
clean	FROM "people@1" ORDER BY id
clean	FROM "people@2999-01-01"
clean	FROM "people@2"
refused	FROM "people@0"
refused	FROM main.people
refused	FROM memory.people
refused	FROM memory.main.people
refused	FROM temp.people
refused	FROM temp.main.people
refused	FROM system.main.people
refused	FROM lakehouse.people
refused	FROM lakehouse.main.people
refused	FROM secret
refused	FROM "secret@1"
refused	FROM main.secret
refused	SELECT * FROM people, secret
refused	SELECT (SELECT count(*) FROM secret) FROM people
refused	SELECT * FROM people WHERE id IN (SELECT id FROM secret)
refused	FROM v_secret
refused	FROM hidden_view
refused	FROM "v_secret@1"
[[20]]	SELECT count(*) FROM v_people
clean	FROM v_people ORDER BY id
clean	FROM "v_people@1" ORDER BY id
clean	SELECT * FROM v_people JOIN people USING (id)
clean	FROM v_all_columns
refused	FROM derived_people
refused	SELECT notes FROM people
refused	SELECT people.notes FROM people
refused	SELECT * EXCLUDE (notes) FROM people
refused	SELECT * REPLACE (upper(notes) AS notes) FROM people
refused	SELECT id FROM people ORDER BY notes
refused	SELECT count(*) FROM people GROUP BY notes
refused	SELECT id FROM people WHERE notes LIKE '%'
refused	SELECT max(notes) FROM people
refused	SELECT p.* FROM people p JOIN people q ON p.id = q.id AND q.notes IS NOT NULL
refused	SELECT people.rowid FROM people
refused	SELECT rowid FROM people
refused	SELECT filename FROM people
refused	SELECT file_row_number FROM people
clean	SELECT COLUMNS('.*') FROM people
clean	SELECT COLUMNS(c -> c LIKE '%ss%') FROM people
refused	SELECT COLUMNS('notes') FROM people
clean	SELECT people FROM people
clean	SELECT to_json(people) FROM people
clean	SELECT CAST(people AS VARCHAR) FROM people
clean	SELECT struct_pack(a := ssn, b := name) FROM people
clean	SELECT row(ssn, name, pay) FROM people
clean	SELECT list(ssn), list(name), list(pay), list(born) FROM people
clean	SELECT string_agg(ssn, ','), string_agg(name, ',') FROM people
clean	SELECT histogram(ssn), histogram(state) FROM people
clean	SELECT mode(state), mode(ssn), arg_max(ssn, id), arg_min(name, id), first(ssn), last(ssn), any_value(name) FROM people
clean	SELECT quantile_disc(id, [0, 0.5, 1]), approx_quantile(pay, 0.5), median(born) FROM people
clean	SELECT approx_count_distinct(state), approx_top_k(state, 10), approx_top_k(ssn, 100) FROM people
clean	SELECT min(ssn), max(ssn), min(name), max(name), min(pay), max(pay), min(born), max(born), min(phone), max(phone), min(email) FROM people
clean	SELECT stats(ssn), stats(name), stats(state), stats(pay), stats(id), stats(born), stats(phone), stats(email) FROM people LIMIT 1
clean	SELECT stats(state || 'x'), stats(id + 1), stats(pay * 2) FROM people LIMIT 1
clean	SUMMARIZE people
clean	SUMMARIZE SELECT * FROM people
clean	SUMMARIZE v_people
clean	DESCRIBE people
clean	DESCRIBE v_people
clean	DESCRIBE SELECT * FROM people
clean	SHOW TABLES
clean	SHOW ALL TABLES
clean	SHOW people
refused	DESCRIBE secret
refused	SUMMARIZE secret
refused	EXPLAIN FROM people
refused	EXPLAIN ANALYZE FROM people
refused	EXPLAIN (FORMAT json) FROM people
refused	EXPLAIN SELECT count(*) FROM v_people
refused	PRAGMA table_info('people')
refused	PRAGMA storage_info('people')
refused	SELECT * FROM pragma_table_info('people')
refused	SELECT * FROM duckdb_views()
refused	SELECT * FROM duckdb_columns()
refused	SELECT * FROM query_table('people')
refused	SELECT * FROM query('FROM people')
refused	SELECT * FROM read_parquet('datasets/people/*')
refused	SELECT * FROM 'datasets/people/x.parquet'
refused	SELECT lakehouse_statistics('people', 'ssn')
refused	SELECT lakehouse_rows('names')
refused	SELECT lakehouse_columns('people')
clean	SELECT * FROM information_schema.tables
clean	SELECT * FROM information_schema.columns
clean	SELECT count(*) FROM information_schema.tables WHERE table_name = 'secret'
[[0]]	SELECT count(*) FROM information_schema.columns WHERE column_name = 'notes' AND table_name = 'people'
clean	FROM lakehouse.datasets
clean	FROM lakehouse.columns
[[0]]	SELECT count(*) FROM lakehouse.columns WHERE min IS NOT NULL OR max IS NOT NULL OR null_count IS NOT NULL
[[0]]	SELECT count(*) FROM lakehouse.datasets WHERE rows IS NOT NULL
[[0]]	SELECT count(*) FROM lakehouse.objects
[[0]]	SELECT count(*) FROM lakehouse.snapshots WHERE dataset IN ('people', 'secret')
[[0]]	SELECT count(*) FROM lakehouse.datasets WHERE name NOT IN ('people', 'v_people', 'v_secret', 'v_all_columns')
[[0]]	SELECT count(*) FROM lakehouse.queries WHERE sql LIKE '%ADMIN' || 'QUERY%'
refused	FROM lakehouse.journal
clean	FROM lakehouse.indexes
clean	SELECT CAST(name AS INTEGER) FROM people
clean	SELECT CAST(ssn AS INTEGER) FROM people
clean	SELECT CAST(state AS INTEGER) FROM people
clean	SELECT CAST(name AS DATE) FROM people WHERE state = 'NY'
[[0]]	SELECT count(*) FROM people WHERE state = 'NY' AND CAST(state AS INTEGER) = 1
clean	SELECT count(*) FROM people WHERE CAST(state || name AS INTEGER) = 1
clean	SELECT count(*) FROM people WHERE CASE WHEN state = 'NY' THEN error('row of NY') ELSE 'x' END = 'x'
[[20]]	SELECT count(*) FROM people WHERE CASE WHEN id = 2 THEN CAST('x' || id AS INTEGER) ELSE 1 END = 1
[[20]]	SELECT count(*) FROM people WHERE id IS NULL OR CASE WHEN id % 2 = 0 THEN CAST('no' AS INTEGER) ELSE 1 END = 1
[[20]]	SELECT count(*) FROM people WHERE CASE WHEN pay > 900000 THEN CAST(name AS INTEGER) ELSE 1 END = 1
clean	SELECT count(*) FROM people WHERE CAST(pay AS TINYINT) > 0
clean	SELECT CAST(id * 1000000000000 AS INTEGER) FROM people
clean	SELECT id + 9223372036854775807 FROM people
clean	SELECT strptime(ssn, '%Y-%m-%d') FROM people
clean	SELECT date_part('year', CAST(born AS DATE)) FROM people
clean	SELECT json_extract(ssn, '$.a') FROM people
clean	SELECT CAST(ssn AS JSON) FROM people
clean	SELECT unnest(string_split(name, '')) FROM people
clean	SELECT ssn[1:3], name[1:3], phone[4:] FROM people
clean	SELECT substr(ssn, 1, 3), left(ssn, 5), reverse(ssn) FROM people
clean	SELECT ascii(ssn), hex(ssn), base64(encode(ssn)), md5(ssn), encode(name) FROM people
clean	SELECT levenshtein(ssn, '000-00-0000'), jaccard(name, 'abc') FROM people
clean	SELECT id, lag(ssn) OVER (ORDER BY id), lead(name) OVER (ORDER BY id), row_number() OVER (ORDER BY pay) FROM people
[[20]]	SELECT max(n) FROM (SELECT count(*) OVER () AS n FROM people)
clean	SELECT id FROM people QUALIFY row_number() OVER (ORDER BY ssn) = 1
clean	SELECT * FROM people TABLESAMPLE 100 PERCENT
clean	SELECT * FROM people USING SAMPLE 50 ROWS
clean	FROM people LIMIT 5 OFFSET 18
[]	FROM people LIMIT 5 OFFSET 20
clean	PIVOT people ON state USING count(*)
clean	PIVOT people ON ssn USING count(*)
clean	UNPIVOT (SELECT id, ssn, name FROM people) ON ssn, name
clean	SELECT * FROM summary((FROM people))
clean	WITH x AS (SELECT state AS v FROM people) SELECT * FROM histogram(x, v)
clean	SELECT * FROM histogram(people, id)
clean	SELECT * FROM histogram_values(people, id)
clean	SELECT * FROM json_each((SELECT to_json(list(people)) FROM people))
clean	WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT * FROM r, people WHERE people.id = n
clean	SELECT * FROM people p, LATERAL (SELECT * FROM people q WHERE q.id = p.id + 1)
clean	SELECT (SELECT string_agg(ssn, ',') FROM people) AS all_of_them
clean	SELECT * FROM people ORDER BY ALL
clean	SELECT DISTINCT ON (state) * FROM people
clean	SELECT state, ssn, count(*) FROM people GROUP BY CUBE (state, ssn)
clean	SELECT hash(people), hash(ssn), hash(name) FROM people
[[0]]	SELECT count(*) FROM people WHERE name = substr(sha256('Person 1'), 1, 32)
[[0]]	SELECT count(*) FROM people WHERE born > 2100
clean	SELECT born, typeof(born), typeof(ssn), typeof(pay), typeof(phone) FROM people
clean	SELECT current_setting('temp_directory')
clean	SELECT getvariable('x'), current_user, version()
clean	SELECT * FROM vector_search('people_texts', 'anything', k := 50)
refused	SELECT * FROM vector_search('secret_texts', 'anything', k := 50)
refused	SELECT * FROM vector_search('open_texts', 'anything', k := 50)
clean	SELECT people FROM (SELECT * FROM people) people
clean	WITH people AS (SELECT 1 AS ssn) FROM people
clean	WITH main AS (FROM people) FROM main
clean	SELECT * FROM people AS secret
clean	FROM people AS p(a, b, c, d, e, f, g)
clean	SELECT * FROM (VALUES (2), (4), (6)) v(id) LEFT JOIN people USING (id)
clean	SELECT * FROM range(1, 41) r(id) LEFT JOIN people USING (id)
clean	SELECT * FROM range(1, 41) r(id) ANTI JOIN people USING (id) ORDER BY id
clean	SELECT * FROM people WHERE id = 2
clean	SELECT * FROM people WHERE id IN (2, 4, 6, 8)
clean	SELECT * FROM people WHERE id BETWEEN 1 AND 40 OR ssn IS NOT NULL OR name IS NULL
clean	SELECT * FROM people WHERE NOT (state = 'CA')
clean	SELECT * FROM people WHERE state IS DISTINCT FROM 'CA'
clean	SELECT * FROM people WHERE state IS NOT DISTINCT FROM NULL
clean	SELECT * FROM people WHERE (state = 'CA') IS NOT TRUE
clean	SELECT coalesce(state, 'none'), coalesce(ssn, 'none'), ifnull(name, 'none') FROM people
