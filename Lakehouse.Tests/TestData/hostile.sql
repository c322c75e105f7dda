-- Hostile statements for POST /v1/sql, read by Fixtures/HostileStatements.cs. The server must survive each of them, answer within query.timeout and
-- two seconds more, stay within its memory, and show nothing of the host or of the engine. An answer may be rows, an error or a refusal.
--
-- A statement stands between two lines of three hyphens. Its first line is "-- class: reason"; what follows is its text. The classes:
--   stack        recursion in native code over what is deep
--   planner      little text that is much work to parse, bind, plan or optimise
--   unstoppable  one call that works for long and looks at no interrupt
--   amplifier    a large value of a small one, past the gate's bounds or the memory limit
--   escape       files, settings, catalog and state of the engine; must be refused, or show nothing
--   starvation   plans that want all memory, disk, time or connection
-- A reason with format=parquet, or "format=parquet and arrow", has the statement sent for these formats too.
--
-- Macros, one in another at most:
--   {{N*text}}       text, N times over
--   {{N*text|sep}}   the same with sep between; sep follows the last single bar, and || is text
--   #, #-1           in a repeated text: the number of the repetition from 0; the number before it
--   {{U+2028}}       the character of that code
-- Of more than two closing braces in a row, the last close macros and those before them are text.
--
-- Data: t (id BIGINT, k VARCHAR, v BIGINT; rows 1,a,10 and 2,b,20 and 3,a,30) and workers (the sample's columns, 20,000 rows).
---
-- stack: json_structure over deep arrays
WITH d AS (SELECT string_agg('[', '') || string_agg(']', '') AS j FROM range(200000)) SELECT json_structure(j) FROM d
---
-- stack: json_structure over deep objects
WITH d AS (SELECT string_agg('{"a":', '') || '1' || string_agg('}', '') AS j FROM range(300000)) SELECT json_structure(j::JSON) FROM d
---
-- stack: json_structure over arrays that are deep and end in objects
WITH d AS (SELECT string_agg('[{"a":', '') || 'null' || string_agg('}]', '') AS j FROM range(100000)) SELECT length(json_structure(j)::VARCHAR) FROM d
---
-- stack: json_group_structure over deep arrays
WITH d AS (SELECT string_agg('[', '') || string_agg(']', '') AS j FROM range(200000)) SELECT json_group_structure(j::JSON) FROM d
---
-- stack: json_group_structure over rows of growing depth
SELECT json_group_structure(j::JSON) FROM (SELECT repeat('[', least(i, 1000)) || repeat(']', least(i, 1000)) AS j FROM range(1000) r(i))
---
-- stack: json_transform of deep JSON to JSON
WITH d AS (SELECT string_agg('[', '') || string_agg(']', '') AS j FROM range(200000)) SELECT json_transform(j, '"JSON"') FROM d
---
-- stack: json_transform with a deep structure of one that is plain
WITH d AS (SELECT string_agg('[', '') || '"INT"' || string_agg(']', '') AS s FROM range(100000)) SELECT json_transform('[1]', s) FROM d
---
-- stack: json_transform with a constant structure, 60,000 deep
SELECT json_transform('[1]', '{{60000*[}}"INT"{{60000*]}}')
---
-- stack: json_transform_strict with a constant structure of objects, 20,000 deep
SELECT json_transform_strict('{}', '{{20000*{"a":}}"INT"{{20000*} }}')
---
-- stack: from_json with a constant structure, 3,000 deep
SELECT from_json('[]', '{{3000*[}}"INT"{{3000*]}}')
---
-- stack: from_json_strict with deep text
WITH d AS (SELECT string_agg('[', '') || string_agg(']', '') AS j FROM range(150000)) SELECT from_json_strict(j, '["JSON"]') FROM d
---
-- stack: json_contains of two deep texts
WITH d AS (SELECT string_agg('[', '') || string_agg(']', '') AS j FROM range(200000)) SELECT json_contains(j, j) FROM d
---
-- stack: json_contains, deep objects
WITH d AS (SELECT string_agg('{"a":', '') || '1' || string_agg('}', '') AS j FROM range(200000)) SELECT json_contains(j, '1') FROM d
---
-- stack: json_merge_patch of two deep objects
WITH d AS (SELECT string_agg('{"a":', '') || '1' || string_agg('}', '') AS j FROM range(200000)) SELECT length(json_merge_patch(j, j)) FROM d
---
-- stack: json_merge_patch of three, one deep
WITH d AS (SELECT string_agg('{"a":', '') || '1' || string_agg('}', '') AS j FROM range(100000)) SELECT length(json_merge_patch('{}', j, '{"a":{"a":{}}}')) FROM d
---
-- stack: json_pretty of deep arrays: recursion, and indents that are quadratic
WITH d AS (SELECT string_agg('[', '') || string_agg(']', '') AS j FROM range(20000)) SELECT length(json_pretty(j)) FROM d
---
-- stack: json_pretty of 200,000 levels
WITH d AS (SELECT string_agg('[', '') || string_agg(']', '') AS j FROM range(200000)) SELECT length(json_pretty(j)) FROM d
---
-- stack: json_valid of a million levels
WITH d AS (SELECT string_agg('[', '') || string_agg(']', '') AS j FROM range(1000000)) SELECT json_valid(j) FROM d
---
-- stack: json_extract with a recursive wildcard over deep objects
WITH d AS (SELECT string_agg('{"a":', '') || '1' || string_agg('}', '') AS j FROM range(100000)) SELECT length(json_extract(j, '$..a')::VARCHAR) FROM d
---
-- stack: json_extract with a wildcard
WITH d AS (SELECT string_agg('[', '') || string_agg(']', '') AS j FROM range(200000)) SELECT json_extract(j, '$[*]') FROM d
---
-- stack: json_extract with a path of 20,000 steps
SELECT json_extract('{}', '${{20000*.a}}')
---
-- stack: json_extract with a path of 20,000 wildcards
WITH d AS (SELECT string_agg('[', '') || string_agg(']', '') AS j FROM range(20000)) SELECT length(json_extract(j, '${{20000*[*]}}')::VARCHAR) FROM d
---
-- stack: json_extract with many recursive wildcards: the product of all levels
WITH d AS (SELECT string_agg('{"a":', '') || '1' || string_agg('}', '') AS j FROM range(2000)) SELECT length(json_extract(j, '$..a..a..a..a')::VARCHAR) FROM d
---
-- stack: json_extract_string with many paths in a list
SELECT json_extract_string('{"a":1}', [{{20000*'$.a'|, }}])
---
-- stack: json_each over deep arrays
WITH d AS (SELECT string_agg('[', '') || string_agg(']', '') AS j FROM range(200000)) SELECT count(*), max(length(value)) FROM d, json_each(d.j)
---
-- stack: json_tree over deep arrays
WITH d AS (SELECT string_agg('[', '') || string_agg(']', '') AS j FROM range(20000)) SELECT count(*), max(length(fullkey)) FROM d, json_tree(d.j)
---
-- stack: json_tree over 300,000 levels of objects
WITH d AS (SELECT string_agg('{"a":', '') || '1' || string_agg('}', '') AS j FROM range(300000)) SELECT count(*) FROM d, json_tree(d.j)
---
-- stack: json_keys over a path into the deep
WITH d AS (SELECT string_agg('{"a":', '') || '1' || string_agg('}', '') AS j FROM range(100000)) SELECT json_keys(j, '${{5000*.a}}') FROM d
---
-- stack: json_type at the end of a deep path
WITH d AS (SELECT string_agg('[', '') || string_agg(']', '') AS j FROM range(100000)) SELECT json_type(j, '/{{20000*0|/}}') FROM d
---
-- stack: json_array_length with deep text
WITH d AS (SELECT string_agg('[', '') || string_agg(']', '') AS j FROM range(500000)) SELECT json_array_length(j) FROM d
---
-- stack: json_quote of deep text nested in json_array
WITH d AS (SELECT string_agg('[', '') || string_agg(']', '') AS j FROM range(100000)) SELECT length(json_array(j::JSON, j::JSON, json_quote(j))) FROM d
---
-- stack: json_object of deep values
WITH d AS (SELECT string_agg('{"a":', '') || '1' || string_agg('}', '') AS j FROM range(200000)) SELECT length(json_object('x', j::JSON)) FROM d
---
-- stack: json_group_array of deep values
WITH d AS (SELECT string_agg('[', '') || string_agg(']', '') AS j FROM range(200000)) SELECT length(json_group_array(j::JSON)) FROM d, range(3)
---
-- stack: json_group_object of deep values
WITH d AS (SELECT string_agg('[', '') || string_agg(']', '') AS j FROM range(100000)) SELECT length(json_group_object('k' || i, j::JSON)) FROM d, range(3) r(i)
---
-- stack: json_exists below deep arrays
WITH d AS (SELECT string_agg('[', '') || string_agg(']', '') AS j FROM range(200000)) SELECT json_exists(j, '$[0][0][*]') FROM d
---
-- stack: json_value of deep text
WITH d AS (SELECT string_agg('{"a":', '') || '1' || string_agg('}', '') AS j FROM range(200000)) SELECT json_value(j, '$.a.a') FROM d
---
-- stack: deep JSON made by a recursive common table
WITH RECURSIVE r AS (SELECT 0 AS i, '1'::VARCHAR AS j UNION ALL SELECT i + 1, '[' || j || ']' FROM r WHERE i < 20000) SELECT json_structure(j) FROM r WHERE i = 20000
---
-- stack: deep JSON by doublings in a recursive common table
WITH RECURSIVE r AS (SELECT 0 AS i, '[' AS a, ']' AS b UNION ALL SELECT i + 1, a || a, b || b FROM r WHERE i < 19) SELECT json_structure(a || b) FROM r WHERE i = 19
---
-- stack: deep JSON by list_reduce
SELECT json_structure(list_reduce(list_transform(range(10000), x -> '[1]'), (a, b) -> '[' || a || ']'))
---
-- stack: deep JSON by regexp_replace
SELECT json_structure(regexp_replace(regexp_replace(repeat('ab', 500), '.', repeat('[', 100), 'g'), '$', repeat(']', 1000)))
---
-- stack: deep JSON by replace
SELECT json_structure(replace(repeat('x', 1000), 'x', '{{200*[}}') || replace(repeat('x', 1000), 'x', '{{200*]}}'))
---
-- stack: deep JSON by array_to_string
SELECT json_structure(array_to_string(range(10000), '') || 'x') , json_structure(array_to_string([replace(x, x, '[') FOR x IN string_split(repeat('[,', 1000), ',')], '[[[[[[[[') || '1' || repeat(']', 1000))
---
-- stack: deep JSON from a data column
SELECT json_structure(string_agg('[', '') || string_agg(']', '')) FROM workers
---
-- stack: deep JSON with 20,000 rows each
SELECT max(length(json_structure(repeat('[', 500) || repeat(']', 500))::VARCHAR)) FROM workers
---
-- stack: cast of deep JSON to VARIANT
WITH d AS (SELECT string_agg('[', '') || string_agg(']', '') AS j FROM range(200000)) SELECT j::JSON::VARIANT FROM d
---
-- stack: cast of deep objects to VARIANT
WITH d AS (SELECT string_agg('{"a":', '') || '1' || string_agg('}', '') AS j FROM range(100000)) SELECT variant_typeof(j::JSON::VARIANT) FROM d
---
-- stack: variant_extract at the end of a deep VARIANT
WITH d AS (SELECT string_agg('{"a":', '') || '1' || string_agg('}', '') AS j FROM range(50000)) SELECT variant_extract(j::JSON::VARIANT, 'a') FROM d
---
-- stack: cast of a deep VARIANT back to JSON
WITH d AS (SELECT string_agg('[{"a":', '') || 'null' || string_agg('}]', '') AS j FROM range(900)) SELECT j::JSON::VARIANT::JSON FROM d
---
-- stack: comparison and sort of deep VARIANTs
WITH d AS (SELECT string_agg('[', '') || string_agg(']', '') AS j FROM range(900)) SELECT DISTINCT j::JSON::VARIANT FROM d, range(3) ORDER BY 1
---
-- stack: cast of deep JSON to a nested list
SELECT '{{900*[}}1{{900*]}}'::JSON::INT{{900*[]}}
---
-- stack: cast of text to a list type 2,000 deep
SELECT '[]'::INT{{2000*[]}}
---
-- stack: cast of text to a list type 20,000 deep
SELECT '[]'::INT{{20000*[]}}
---
-- stack: cast of text to a list type 120,000 deep
SELECT NULL::INT{{120000*[]}}
---
-- stack: cast to arrays of fixed length, 800 deep
SELECT NULL::INT{{800*[1]}}
---
-- stack: arrays of fixed length that multiply
SELECT NULL::INT{{12*[100]}}
---
-- stack: cast to a struct type 800 deep
SELECT NULL::{{800*STRUCT(a }}INT{{800*)}}
---
-- stack: cast to a struct type 20,000 deep
SELECT NULL::{{20000*STRUCT(a }}INT{{20000*)}}
---
-- stack: cast to a map type 600 deep
SELECT MAP{}::{{600*MAP(INT, }}INT{{600*)}}
---
-- stack: cast to a union type 600 deep
SELECT NULL::{{600*UNION(a }}INT{{600*)}}
---
-- stack: text of deep brackets cast to a list
SELECT (string_agg('[', '') || string_agg(']', ''))::VARCHAR[] FROM range(300000)
---
-- stack: text of deep brackets cast to a list of lists
SELECT (string_agg('[', '') || string_agg(']', ''))::INT[][][] FROM range(300000)
---
-- stack: text of deep braces cast to a struct
SELECT (string_agg('{a: ', '') || '1' || string_agg('}', ''))::STRUCT(a VARCHAR) FROM range(200000)
---
-- stack: text of deep braces cast to a map
SELECT (string_agg('{a=', '') || '1' || string_agg('}', ''))::MAP(VARCHAR, VARCHAR) FROM range(200000)
---
-- stack: text of open quotes and braces cast to a map
SELECT ('{' || string_agg('"{[(', '') || '}')::MAP(VARCHAR, VARCHAR) FROM range(200000)
---
-- stack: list constructor 900 deep
SELECT {{900*[}}1{{900*]}}
---
-- stack: struct constructor 900 deep
SELECT {{900*{'a': }}1{{900* } }}
---
-- stack: struct_pack 450 deep
SELECT {{450*struct_pack(a := }}1{{450*)}}
---
-- stack: list_value 450 deep, compared with itself
SELECT l = l, l < l, hash(l) FROM (SELECT {{450*list_value(}}1{{450*)}} AS l)
---
-- stack: a deep list, sorted and made distinct
SELECT DISTINCT l FROM (SELECT {{400*[}}i{{400*]}} AS l FROM range(1000) r(i)) ORDER BY l DESC
---
-- stack: a deep list to JSON
SELECT to_json({{450*[}}1{{450*]}})
---
-- stack: a deep list to text
SELECT {{450*[}}1{{450*]}}::VARCHAR
---
-- stack: flatten of flatten
SELECT {{450*flatten(}}{{450*[}}[1]{{450*]}}{{450*)}}
---
-- stack: unnest recursive of a deep list
SELECT unnest({{450*[}}1{{450*]}}, recursive := true)
---
-- stack: types that grow along a chain of common tables
WITH "c-1" AS (SELECT 1 AS l){{800*, "c#" AS (SELECT [l] AS l FROM "c#-1")}} SELECT * FROM "c799"
---
-- stack: a type of 256 fields: structs that double along a chain
WITH c0 AS (SELECT {'a': 1} AS s), c1 AS (SELECT {'a': s, 'b': s} AS s FROM c0), c2 AS (SELECT {'a': s, 'b': s} AS s FROM c1), c3 AS (SELECT {'a': s, 'b': s} AS s FROM c2), c4 AS (SELECT {'a': s, 'b': s} AS s FROM c3), c5 AS (SELECT {'a': s, 'b': s} AS s FROM c4), c6 AS (SELECT {'a': s, 'b': s} AS s FROM c5), c7 AS (SELECT {'a': s, 'b': s} AS s FROM c6), c8 AS (SELECT {'a': s, 'b': s} AS s FROM c7) SELECT typeof(s), s FROM c8
---
-- stack: structs that double 24 times by lambda parameters
SELECT typeof({{24*list_transform([}}1{{24*], x -> {'a': x, 'b': x})[1]}})
---
-- stack: a type that doubles 16 times along common tables
WITH "c-1" AS (SELECT 1 AS s){{16*, "c#" AS (SELECT {'a': s, 'b': s} AS s FROM "c#-1")}} SELECT s FROM "c15"
---
-- stack: regular expression with 100,000 groups in one another
SELECT regexp_matches('a', '{{100000*(}}a{{100000*)}}')
---
-- stack: regular expression from data, 500,000 open groups
SELECT regexp_matches('a', string_agg('(', '') || 'a' || string_agg(')', '')) FROM range(500000)
---
-- stack: regular expression with nested stars
SELECT regexp_matches(repeat('a', 1000), '{{900*(}}a{{900*)*}}b')
---
-- stack: regular expression with nested counted repetitions
SELECT regexp_matches(repeat('a', 1000), '((a{1,10}){1,10}){1,10}b')
---
-- stack: regular expression with counted repetitions whose product is near 1,000
SELECT regexp_matches(repeat('a', 1000), '(a{30}){33}b')
---
-- stack: regular expression of 20,000 alternatives
SELECT regexp_matches('zzz', '{{20000*a#.b|}}|x')
---
-- stack: regular expression of nested character classes and look-alikes
SELECT regexp_replace('a', '{{5000*(?:[^b]?}}a{{5000*)}}', 'x')
---
-- stack: regular expression of nested optional groups from data
SELECT regexp_extract(repeat('a', 1000), string_agg('(?:a', '') || string_agg(')?', ''), 0) FROM range(30000)
---
-- stack: NOT 60,000 times
SELECT {{60000*NOT }}true
---
-- stack: parentheses 80,000 deep
SELECT {{80000*(}}1{{80000*)}}
---
-- stack: minus 120,000 times
SELECT {{120000*- }}1
---
-- stack: abs in abs, 900 deep
SELECT {{900*abs(}}1{{900*)}}
---
-- stack: CASE in CASE, 900 deep
SELECT {{900*CASE WHEN true THEN }}1{{900* END}}
---
-- stack: additions, 20,000 long
SELECT 1{{20000* + 1}}
---
-- stack: ANDs, 20,000 long
SELECT true{{20000* AND true}}
---
-- stack: AND and OR in turn, 12,000 long
SELECT true{{12000* AND true OR false}}
---
-- stack: comparisons in a chain
SELECT {{900*(}}1{{900* = 1)}}
---
-- stack: IS NULL 20,000 times
SELECT 1{{20000* IS NULL}}
---
-- stack: casts 50,000 times
SELECT 1{{50000*::INT}}
---
-- stack: COLLATE 15,000 times
SELECT 'a'{{15000* COLLATE NOCASE}}
---
-- stack: AT TIME ZONE 900 times
SELECT now(){{900* AT TIME ZONE 'UTC'}}
---
-- stack: subscripts 60,000 times
SELECT [1]{{60000*[1]}}
---
-- stack: field access 60,000 times
SELECT {'a': 1}{{60000*.a}}
---
-- stack: method chain 900 long
SELECT k{{900*.upper()}} FROM t
---
-- stack: derived tables 900 deep
FROM {{900*(FROM }}t{{900*)}}
---
-- stack: scalar subqueries 450 deep
SELECT {{450*(SELECT }}1{{450*)}}
---
-- stack: EXISTS 400 deep
SELECT {{400*EXISTS (SELECT }}1{{400*)}}
---
-- stack: IN subqueries 400 deep
SELECT {{400*1 IN (SELECT }}1{{400*)}}
---
-- stack: lambdas 300 deep
SELECT {{300*list_transform([1], x# -> }}1{{300*)}}
---
-- stack: joins in parentheses, 900 deep
SELECT count(*) FROM {{900*(t NATURAL JOIN }}t{{900*)}}
---
-- stack: WITH in WITH, 400 deep
{{400*WITH c# AS (}}SELECT 1 AS x{{400*) SELECT 1 AS x}}
---
-- stack: UNION of unions in parentheses, 900 deep
{{900*(SELECT 1 UNION ALL }}SELECT 1{{900*)}}
---
-- stack: list comprehension in list comprehension
SELECT {{200*[}}1{{200* FOR x IN [1]]}}
---
-- stack: INTERVAL arithmetic, 900 long
SELECT DATE '2024-01-01'{{900* + INTERVAL 1 DAY}}
---
-- stack: string concatenation of 950 parts, over data
SELECT k{{950* || k}} FROM t
---
-- stack: json arrows, 450 in a chain
SELECT '{}'::JSON{{450*->'a'}}
---
-- stack: deep nest in map keys
SELECT {{300*map([}}1{{300*], [1])}}
---
-- stack: struct_insert nest
SELECT {{300*struct_insert(}}{'a': 1}{{300*, b# := 1)}}
---
-- stack: union_value nest
SELECT {{300*union_value(a := }}1{{300*)}}
---
-- stack: a predicate tree over data, 900 deep
SELECT count(*) FROM t WHERE {{900*(id > 0 OR (}}v > 0{{900*))}}
---
-- stack: deep BETWEEN
SELECT {{400*(}}1{{400* BETWEEN 0 AND 1)::INT}}
---
-- stack: row values 900 deep compared
SELECT {{900*ROW(}}1{{900*)}} = {{900*ROW(}}1{{900*)}}
---
-- stack: deep struct compared with deep struct over rows
SELECT count(*) FROM (SELECT {{300*ROW(}}i{{300*)}} AS r FROM range(2000) x(i)) a JOIN (SELECT {{300*ROW(}}i{{300*)}} AS r FROM range(2000) x(i)) b ON a.r = b.r
---
-- stack: aggregate of deep structs
SELECT min(r), max(r), mode(r), count(DISTINCT r), histogram(r) FROM (SELECT {{200*[}}i % 7{{200*]}} AS r FROM range(2000) x(i))
---
-- stack: deep JSON as a sort key
WITH d AS (SELECT string_agg('[', '') || string_agg(']', '') AS j FROM range(100000)) SELECT j::JSON FROM d, range(5) ORDER BY json_extract(j, '$[0]')
---
-- stack: json_serialize of a deep VARIANT in an answer
WITH d AS (SELECT string_agg('[', '') || string_agg(']', '') AS j FROM range(600)) SELECT j::JSON::VARIANT, [j::JSON] FROM d
---
-- stack: deep JSON in an answer, as it is
WITH d AS (SELECT string_agg('[', '') || string_agg(']', '') AS j FROM range(500000)) SELECT j::JSON FROM d
---
-- planner: 40 common tables, not materialised, that each read the former twice
WITH "c-1" AS NOT MATERIALIZED (SELECT 1 AS x){{40*, "c#" AS NOT MATERIALIZED (SELECT a.x FROM "c#-1" a, "c#-1" b)}} SELECT count(*) FROM "c39"
---
-- planner: the same, materialised
WITH "c-1" AS MATERIALIZED (SELECT 1 AS x){{40*, "c#" AS MATERIALIZED (SELECT a.x FROM "c#-1" a, "c#-1" b)}} SELECT count(*) FROM "c39"
---
-- planner: the same, without a mark
WITH "c-1" AS (SELECT 1 AS x){{40*, "c#" AS (SELECT a.x FROM "c#-1" a, "c#-1" b)}} SELECT count(*) FROM "c39"
---
-- planner: by UNION ALL
WITH "c-1" AS NOT MATERIALIZED (SELECT 1 AS x){{40*, "c#" AS NOT MATERIALIZED (FROM "c#-1" UNION ALL FROM "c#-1")}} SELECT count(*) FROM "c39"
---
-- planner: by UNION ALL, without a mark, over data
WITH "c-1" AS (SELECT id AS x FROM t){{30*, "c#" AS (FROM "c#-1" UNION ALL FROM "c#-1")}} SELECT sum(x) FROM "c29"
---
-- planner: by UNION
WITH "c-1" AS NOT MATERIALIZED (SELECT id AS x FROM t){{25*, "c#" AS NOT MATERIALIZED (FROM "c#-1" UNION FROM "c#-1")}} SELECT count(*) FROM "c24"
---
-- planner: by EXCEPT and INTERSECT
WITH "c-1" AS NOT MATERIALIZED (SELECT id AS x FROM t){{22*, "c#" AS NOT MATERIALIZED ((FROM "c#-1" EXCEPT FROM "c#-1") UNION (FROM "c#-1" INTERSECT FROM "c#-1"))}} SELECT count(*) FROM "c21"
---
-- planner: by scalar subqueries
WITH "c-1" AS NOT MATERIALIZED (SELECT 1 AS x){{30*, "c#" AS NOT MATERIALIZED (SELECT (SELECT max(x) FROM "c#-1") + (SELECT min(x) FROM "c#-1") AS x)}} FROM "c29"
---
-- planner: by EXISTS and NOT EXISTS
WITH "c-1" AS NOT MATERIALIZED (SELECT 1 AS x){{30*, "c#" AS NOT MATERIALIZED (SELECT id AS x FROM t WHERE EXISTS (FROM "c#-1") OR NOT EXISTS (FROM "c#-1"))}} FROM "c29"
---
-- planner: by columns that double: each reads the former column twice
WITH "c-1" AS NOT MATERIALIZED (SELECT id AS x FROM t){{40*, "c#" AS NOT MATERIALIZED (SELECT x + x AS x FROM "c#-1")}} FROM "c39"
---
-- planner: by columns that double and are texts
WITH "c-1" AS NOT MATERIALIZED (SELECT k AS x FROM t){{30*, "c#" AS NOT MATERIALIZED (SELECT CASE WHEN x > 'a' THEN x ELSE x END AS x FROM "c#-1")}} FROM "c29"
---
-- planner: by columns of many terms
WITH "c-1" AS (SELECT id AS x FROM t){{12*, "c#" AS (SELECT x * x - x / x + x % x AS x FROM "c#-1")}} FROM "c11"
---
-- planner: by windows over windows
WITH "c-1" AS (SELECT id AS x FROM t){{60*, "c#" AS (SELECT sum(x) OVER (ORDER BY x) AS x FROM "c#-1")}} FROM "c59"
---
-- planner: by star with itself: the columns double
WITH "c-1" AS (SELECT 1 AS x){{16*, "c#" AS (SELECT a.*, b.* FROM "c#-1" a POSITIONAL JOIN "c#-1" b)}} FROM "c15"
---
-- planner: by star of a dataset
WITH "c-1" AS NOT MATERIALIZED (FROM workers){{9*, "c#" AS NOT MATERIALIZED (SELECT * FROM "c#-1" a JOIN "c#-1" b ON a.worker_id = b.worker_id)}} SELECT count(*) FROM "c8"
---
-- planner: by DISTINCT over DISTINCT
WITH "c-1" AS (SELECT id AS x FROM t){{300*, "c#" AS (SELECT DISTINCT x FROM "c#-1")}} FROM "c299"
---
-- planner: by PIVOT
WITH "c-1" AS (SELECT id AS x FROM t){{10*, "c#" AS (SELECT * FROM (PIVOT "c#-1" ON x IN (1, 2) USING count(*) GROUP BY x))}} FROM "c9"
---
-- planner: a chain of 3,000
WITH "c-1" AS (SELECT 1 AS x){{3000*, "c#" AS (SELECT x + 1 AS x FROM "c#-1")}} FROM "c2999"
---
-- planner: a chain of 900, materialised
WITH "c-1" AS MATERIALIZED (SELECT 1 AS x){{900*, "c#" AS MATERIALIZED (SELECT x + 1 AS x FROM "c#-1")}} FROM "c899"
---
-- planner: 5,000 common tables that none reads
WITH {{5000*c# AS (FROM t)|, }} SELECT 1
---
-- planner: a chain inside a common table inside a chain
WITH "c-1" AS NOT MATERIALIZED (SELECT 1 AS x){{8*, "c#" AS NOT MATERIALIZED (WITH i AS NOT MATERIALIZED (FROM "c#-1"), j AS NOT MATERIALIZED (SELECT a.x FROM i a, i b), k AS NOT MATERIALIZED (SELECT a.x FROM j a, j b) SELECT a.x FROM k a, k b)}} SELECT count(*) FROM "c7"
---
-- planner: CUBE of 15 columns
SELECT count(*) FROM (SELECT {{15*i AS c#|, }} FROM range(3) r(i)) GROUP BY CUBE ({{15*c#|, }})
---
-- planner: CUBE of 24 columns
SELECT count(*) FROM (SELECT {{24*i AS c#|, }} FROM range(3) r(i)) GROUP BY CUBE ({{24*c#|, }})
---
-- planner: CUBE beside CUBE: the product of the sets
SELECT count(*) FROM (SELECT {{18*i AS c#|, }} FROM range(3) r(i)) GROUP BY CUBE (c0, c1, c2, c3, c4, c5), CUBE (c6, c7, c8, c9, c10, c11), CUBE (c12, c13, c14, c15, c16, c17)
---
-- planner: ROLLUP beside ROLLUP
SELECT count(*) FROM (SELECT {{40*i AS c#|, }} FROM range(3) r(i)) GROUP BY ROLLUP ({{20*c#|, }}), ROLLUP ({{40*c#|, }}), ROLLUP ({{40*c#|, }})
---
-- planner: GROUPING SETS within GROUPING SETS
SELECT count(*) FROM t GROUP BY {{12*GROUPING SETS (}}id, (), k, (id, k){{12*, v)}}
---
-- planner: GROUPING SETS of CUBEs
SELECT count(*) FROM (SELECT {{14*i AS c#|, }} FROM range(3) r(i)) GROUP BY GROUPING SETS (CUBE ({{14*c#|, }}), CUBE ({{14*c#|, }}), ROLLUP ({{14*c#|, }}))
---
-- planner: twelve GROUPING SETS of four each, multiplied
SELECT count(*) FROM t GROUP BY {{12*GROUPING SETS ((id), (k), (v), ())|, }}
---
-- planner: 10,000 grouping sets
SELECT count(*) FROM t GROUP BY GROUPING SETS ({{10000*(id, k)|, }})
---
-- planner: GROUP BY ALL over 3,000 expressions
SELECT {{3000*id + # AS a#|, }}, count(*) FROM t GROUP BY ALL
---
-- planner: distinct aggregates in CUBE
SELECT {{60*count(DISTINCT c#)|, }} FROM (SELECT {{60*i AS c#|, }} FROM range(3) r(i)) GROUP BY CUBE (c0, c1, c2, c3, c4, c5, c6)
---
-- planner: a join of 60 ranges with conditions to the next
SELECT count(*) FROM range(2) r0(a0){{60*, range(2) q#(b#)}} WHERE b0 = a0{{59* AND b# < 2}}
---
-- planner: a clique of 30 datasets
SELECT count(*) FROM t x{{30* JOIN t t# USING (id)}} WHERE {{30*t#.v >= x.v|  AND }}
---
-- planner: a clique in which all are joined with all
SELECT count(*) FROM {{14*t t#|, }} WHERE {{14*({{14*t#.id|  + }} + t#.id) > 0|  AND }}
---
-- planner: 200 joins with USING
SELECT count(*) FROM t{{200* JOIN t t# USING (id)}}
---
-- planner: 200 natural joins
SELECT count(*) FROM t{{200* NATURAL JOIN t t#}}
---
-- planner: 150 left joins
SELECT count(*) FROM t{{150* LEFT JOIN t t# ON t#.id = t.id AND t#.v > t.v}}
---
-- planner: 150 full joins
SELECT count(*) FROM t{{150* FULL JOIN t t# USING (id)}}
---
-- planner: 100 lateral joins that each read all before
SELECT count(*) FROM range(2) r(i){{100*, LATERAL (SELECT i + # AS x#) l#}}
---
-- planner: 60 lateral joins, each within the one before
SELECT * FROM t, LATERAL (SELECT t.id AS a0) b0{{60*, LATERAL (SELECT count(*) AS n# FROM t z WHERE z.id > t.id) m#}}
---
-- planner: 30 correlated subqueries in one another
SELECT {{30*(SELECT max(id) FROM t WHERE id <= o.v AND v <> }}3{{30*)}} FROM t o
---
-- planner: 12 correlated subqueries in one another that each read the outer ones
SELECT count(*) FROM t t0 WHERE EXISTS (FROM t t1 WHERE t1.id > t0.id AND EXISTS (FROM t t2 WHERE t2.id > t1.id - t0.id AND EXISTS (FROM t t3 WHERE t3.id > t2.id - t1.id + t0.id AND EXISTS (FROM t t4 WHERE t4.id > t3.id + t2.id + t1.id + t0.id AND (SELECT count(*) FROM t t5 WHERE t5.v > t4.v + t3.v + t2.v + t1.v + t0.v) < (SELECT max(id) FROM t t6 WHERE t6.id <> t4.id + t0.id)))))
---
-- planner: 300 correlated subqueries side by side
SELECT {{300*(SELECT max(v) FROM t u WHERE u.id = t.id + #)|, }} FROM t
---
-- planner: any and all
SELECT count(*) FROM t WHERE {{150*v > ANY (SELECT v - # FROM t u WHERE u.id <> t.id)|  AND }}
---
-- planner: 20,000 constants in IN
SELECT count(*) FROM workers WHERE worker_id IN ({{20000*'W#'|, }})
---
-- planner: 20,000 expressions in IN
SELECT count(*) FROM t WHERE id IN ({{20000*v + #|, }})
---
-- planner: 20,000 constants in NOT IN with NULL
SELECT count(*) FROM t WHERE v NOT IN ({{20000*#|, }}, NULL)
---
-- planner: rows in IN
SELECT count(*) FROM t WHERE (id, k, v) IN ({{9000*(#, 'a', #)|, }})
---
-- planner: 8,000 ORs
SELECT count(*) FROM t WHERE {{8000*id = # AND v <> #|  OR }}
---
-- planner: ORs of ANDs, for the distribution of terms
SELECT count(*) FROM t WHERE {{60*({{60*id > #|  AND }} AND v > #)|  OR }}
---
-- planner: ANDs of ORs
SELECT count(*) FROM t a, t b WHERE {{60*({{40*a.id = b.id + #|  OR }} OR a.v = b.v + #)|  AND }}
---
-- planner: 4,000 UNION ALL
SELECT 0{{4000* UNION ALL SELECT #}}
---
-- planner: 700 UNION
SELECT 0 AS x{{700* UNION SELECT #}}
---
-- planner: 300 UNION BY NAME, each with a name of its own
SELECT 0 AS a{{300* UNION ALL BY NAME SELECT # AS b#}}
---
-- planner: 500 EXCEPT
SELECT id FROM t{{500* EXCEPT SELECT #}}
---
-- planner: COLUMNS over COLUMNS
SELECT COLUMNS(*) + COLUMNS(*), COLUMNS(*) * COLUMNS(*) FROM (SELECT {{2000*# AS a#|, }})
---
-- planner: COLUMNS in 300 functions
SELECT {{300*max(COLUMNS(*))|, }} FROM workers
---
-- planner: COLUMNS unpacked into a function
SELECT greatest(*COLUMNS(*)), list_value(*COLUMNS(*)) FROM (SELECT {{4000*# AS a#|, }})
---
-- planner: COLUMNS by a regular expression that is long
SELECT COLUMNS('{{5000*[ab]*}}c') FROM t
---
-- planner: star of a self join of a wide table
WITH w AS (SELECT {{500*# AS a#|, }}) SELECT * FROM w{{30* CROSS JOIN w w#}}
---
-- planner: EXCLUDE, REPLACE and RENAME of 2,000 columns
SELECT * EXCLUDE ({{1000*a#|, }}) REPLACE (a1500 + 1 AS a1500) RENAME (a1999 AS z) FROM (SELECT {{2000*# AS a#|, }})
---
-- planner: 3,000 windows
SELECT {{3000*sum(v) OVER (ORDER BY id + #)|, }} FROM t
---
-- planner: 500 windows of parts and frames of their own
SELECT {{500*avg(v) OVER (PARTITION BY id % (# + 1) ORDER BY v ROWS BETWEEN # PRECEDING AND CURRENT ROW)|, }} FROM workers w, t LIMIT 1
---
-- planner: a window in a window
SELECT {{100*sum(}}v{{100*) OVER (ORDER BY id)}} FROM t
---
-- planner: QUALIFY of 500 windows
SELECT id FROM t QUALIFY {{500*row_number() OVER (ORDER BY v + #) > 0|  AND }}
---
-- planner: named windows that name others
SELECT {{300*sum(v) OVER w#|, }} FROM t WINDOW {{300*w# AS (ORDER BY id + #)|, }}
---
-- planner: PIVOT to 20,000 columns
PIVOT t ON id IN ({{20000*#|, }}) USING sum(v)
---
-- planner: PIVOT on three lists, whose product are the columns
PIVOT (SELECT i AS a, i AS b, i AS c FROM range(3) r(i)) ON a IN ({{40*#|, }}), b IN ({{40*#|, }}), c IN ({{40*#|, }}) USING count(*)
---
-- planner: PIVOT with 300 aggregates
PIVOT t ON id IN ({{100*#|, }}) USING {{300*sum(v + #) AS s#|, }}
---
-- planner: PIVOT whose values are queried, over a wide dataset
PIVOT workers ON zip, city USING count(*)
---
-- planner: UNPIVOT of 3,000 columns
UNPIVOT (SELECT {{3000*# AS a#|, }}) ON COLUMNS(*)
---
-- planner: UNPIVOT of UNPIVOT
FROM (UNPIVOT (FROM (UNPIVOT (FROM (UNPIVOT t ON id, v)) ON value)) ON value)
---
-- planner: lambdas in lambdas that each read all parameters
SELECT {{40*list_transform([1, 2], a# -> }}1{{40* + a0)}}
---
-- planner: lambdas in lambdas: 2 to the 22nd steps
SELECT {{22*list_transform([1, 2], a# -> }}1{{22*)}}
---
-- planner: list_filter in list_filter over data
SELECT {{30*list_filter([id, v], a# -> }}true{{30* = (a# IS NOT NULL))}} FROM t
---
-- planner: CASE of 8,000 arms
SELECT CASE id {{8000*WHEN # THEN v + # }}END FROM t
---
-- planner: COALESCE of 900, nested
SELECT {{900*coalesce(NULL, }}1{{900*)}}
---
-- planner: COALESCE of 20,000
SELECT coalesce({{20000*NULL|, }}, 1)
---
-- planner: 15,000 columns
SELECT {{15000*# AS a#|, }}
---
-- planner: 5,000 columns sorted by each
SELECT {{5000*id + # AS a#|, }} FROM t ORDER BY {{5000*a#|, }}
---
-- planner: ORDER BY ALL over 4,000 columns
SELECT {{4000*v % (# + 1)|, }} FROM t ORDER BY ALL DESC NULLS FIRST
---
-- planner: VALUES of 30,000 rows
VALUES {{30000*(#)|, }}
---
-- planner: VALUES of 8,000 rows of changing types
SELECT * FROM (VALUES {{8000*(#, '#', #.5, [#])|, }}) v(a, b, c, d) WHERE a = 1
---
-- planner: an identifier of 200,000 characters
SELECT 1 AS "{{200000*x}}"
---
-- planner: a column that is not there, of 100,000 characters
SELECT {{100000*x}} FROM workers
---
-- planner: a function that is not there, of 50,000 characters
SELECT {{50000*x}}(1)
---
-- planner: a dataset that is not there, of 100,000 characters
FROM {{100000*x}}
---
-- planner: a field that is not there, of many
SELECT s.nope FROM (SELECT struct_pack({{4000*a# := #|, }}) AS s)
---
-- planner: an integer of 200,000 digits
SELECT {{200000*9}}
---
-- planner: a decimal of 100,000 digits after the point
SELECT 0.{{100000*1}}::DOUBLE
---
-- planner: a text of 250,000 characters
SELECT length('{{250000*x}}'), upper('x')
---
-- planner: a blob of 60,000 escapes
SELECT octet_length('{{60000*\xAB}}'::BLOB)
---
-- planner: comments in comments, 60,000 deep
SELECT {{60000*/*}} 1 {{60000**/}} 2
---
-- planner: 30,000 line comments
SELECT {{30000*-- x
}} 1
---
-- planner: 10,000 aliases of Unicode
SELECT {{10000*# AS "é#"|, }}
---
-- planner: names that differ by case only
SELECT "a", "A" FROM (SELECT {{3000*1 AS "a#", 2 AS "A#"|, }}, 1 AS a)
---
-- planner: an alias that reads an alias that reads an alias
SELECT id AS "a-1"{{40*, "a#-1" + "a#-1" AS "a#"}} FROM t
---
-- planner: an alias that reads an alias twice, as text
SELECT k AS "a-1"{{24*, "a#-1" || "a#-1" AS "a#"}} FROM t
---
-- planner: 950 parts joined by ||, constant
SELECT ''{{950* || 'x'}}
---
-- planner: 450 arrows over data
SELECT k::JSON{{450*->'a'}} FROM (SELECT '{}' AS k FROM t)
---
-- planner: 450 arrows to text and back
SELECT k{{300*->>'a'}} FROM (SELECT '{}' AS k FROM t)
---
-- planner: 900 additions over data
SELECT id{{900* + v}} FROM t
---
-- planner: 900 LIKEs
SELECT count(*) FROM workers WHERE {{900*resume_text LIKE '%#%a%b%'|  OR }}
---
-- planner: recursive common table in a recursive common table
WITH RECURSIVE a AS (SELECT 1 AS i UNION ALL SELECT i + (WITH RECURSIVE b AS (SELECT 1 AS j UNION ALL SELECT j + 1 FROM b WHERE j < 1000) SELECT max(j) FROM b) FROM a WHERE i < 1000000) SELECT count(*) FROM a
---
-- planner: recursive common table that never ends and never grows
WITH RECURSIVE r AS (SELECT 1 AS i UNION ALL SELECT 1 FROM r) SELECT count(*) FROM r
---
-- planner: recursive common table of one row, without end
WITH RECURSIVE r AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM r) SELECT i FROM r WHERE i = 0
---
-- planner: recursive USING KEY that changes its one row for ever
WITH RECURSIVE r USING KEY (k) AS (SELECT 1 AS k, 0 AS v UNION SELECT k, v + 1 FROM r) SELECT * FROM r
---
-- planner: recursive USING KEY that reads all of itself
WITH RECURSIVE r USING KEY (k) AS (SELECT 1 AS k, 1 AS v UNION SELECT r.k + 1, (SELECT sum(v) FROM recurring.r) FROM r WHERE r.k < 100000) SELECT count(*) FROM r
---
-- planner: 100 recursive common tables
WITH RECURSIVE {{100*r# AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM r# WHERE i < 100)|, }} SELECT count(*) FROM {{8*r#|, }}
---
-- planner: a join of recursions
WITH RECURSIVE r AS (SELECT id, v FROM t UNION ALL SELECT a.id + b.id, a.v FROM r a, t b) SELECT count(*) FROM r
---
-- planner: structs of 3,000 fields compared
SELECT count(*) FROM (SELECT struct_pack({{3000*a# := i + #|, }}) AS s FROM range(100) r(i)) x JOIN (SELECT struct_pack({{3000*a# := i + #|, }}) AS s FROM range(100) r(i)) y USING (s)
---
-- planner: SUMMARIZE of 2,000 columns
SUMMARIZE SELECT {{2000*i + # AS a#|, }} FROM range(1000) r(i)
---
-- planner: DESCRIBE of 10,000 columns
DESCRIBE SELECT {{10000*# AS a#|, }}
---
-- planner: EXPLAIN of a chain that doubles
EXPLAIN WITH "c-1" AS NOT MATERIALIZED (SELECT 1 AS x){{26*, "c#" AS NOT MATERIALIZED (SELECT a.x FROM "c#-1" a, "c#-1" b)}} SELECT count(*) FROM "c25"
---
-- planner: EXPLAIN of 400 joins
EXPLAIN SELECT 1 FROM range(1) r{{400*, range(1) r#}}
---
-- planner: filters over constants that fold for long
SELECT {{200*len(list_transform(range(1000), x -> md5(x::VARCHAR || '#')))|  + }}
---
-- planner: an enum of 20,000 values
SELECT 'a'::ENUM ({{20000*'v#'|, }}, 'a')
---
-- planner: a struct type of 15,000 fields
SELECT NULL::STRUCT({{15000*a# INT|, }})
---
-- planner: a union type of 256 members and more
SELECT NULL::UNION({{300*a# INT|, }})
---
-- planner: a DECIMAL with bounds out of range
SELECT 1::DECIMAL(99999, 99998)
---
-- planner: a VARCHAR with many modifiers
SELECT 1::VARCHAR(99999999), 'a'::CHAR(1)
---
-- planner: SAMPLE in all ways
SELECT count(*) FROM (FROM range(100000000) TABLESAMPLE reservoir(100000000 ROWS)) USING SAMPLE 50% (bernoulli)
---
-- planner: a LIMIT that is computed
SELECT * FROM range(10) LIMIT (SELECT sum(a.i * b.i) FROM range(100000) a(i), range(100000) b(i))
---
-- unstoppable: LIKE with many wildcards, which backtracks
SELECT s LIKE '{{30*%a}}%b' FROM (SELECT string_agg('a', '') AS s FROM range(20000))
---
-- unstoppable: LIKE with wildcards of two kinds
SELECT s LIKE '{{60*%_a}}%b' FROM (SELECT string_agg('a', '') AS s FROM range(100000))
---
-- unstoppable: ILIKE with many wildcards
SELECT s ILIKE '{{30*%A}}%B' FROM (SELECT string_agg('a', '') AS s FROM range(20000))
---
-- unstoppable: NOT ILIKE over letters beyond ASCII
SELECT repeat('é', 1000) || s NOT ILIKE '{{30*%É}}%B' FROM (SELECT string_agg('a', '') AS s FROM range(20000))
---
-- unstoppable: LIKE with an escape
SELECT s LIKE '{{30*%a}}%!b' ESCAPE '!' FROM (SELECT string_agg('a', '') AS s FROM range(20000))
---
-- unstoppable: LIKE whose pattern comes from data
SELECT count(*) FROM workers a, workers b WHERE a.resume_text LIKE '%' || replace(b.resume_text, ' ', '%') || '%'
---
-- unstoppable: GLOB with many stars
SELECT s GLOB '{{30**a}}*b' FROM (SELECT string_agg('a', '') AS s FROM range(20000))
---
-- unstoppable: GLOB with sets
SELECT s GLOB '{{25**[a-z]}}*[!a]' FROM (SELECT string_agg('a', '') AS s FROM range(20000))
---
-- unstoppable: SIMILAR TO with nested stars
SELECT s SIMILAR TO '((a*)*)*b' FROM (SELECT string_agg('a', '') AS s FROM range(50000000))
---
-- unstoppable: SIMILAR TO with a long alternation
SELECT s SIMILAR TO '({{5000*a#bc}})*' FROM (SELECT string_agg('a', '') AS s FROM range(1000000))
---
-- unstoppable: a pattern that is large to compile, over rows
SELECT count(*) FROM workers WHERE regexp_matches(resume_text, '({{60*(.{0,900}x)?}})')
---
-- unstoppable: a pattern of bounded counts that makes many states
SELECT regexp_matches(s, '(a?){500}(a){500}b') FROM (SELECT string_agg('a', '') AS s FROM range(10000000))
---
-- unstoppable: a pattern whose states are many: the n-th letter from the end
SELECT regexp_matches(s, '(a|b)*a(a|b){18}$') FROM (SELECT string_agg(CASE WHEN hash(i) % 2 = 0 THEN 'a' ELSE 'b' END, '') AS s FROM range(20000000) r(i))
---
-- unstoppable: patterns from data, each compiled
SELECT count(*) FROM workers a, range(100) r(i) WHERE regexp_matches(a.email, a.last_name || '(.{0,500}){1,2}' || i)
---
-- unstoppable: regexp_extract_all of a huge text
SELECT len(regexp_extract_all(s, 'a')) FROM (SELECT string_agg('a', '') AS s FROM range(50000000))
---
-- unstoppable: regexp_extract_all with groups
SELECT len(regexp_extract_all(s, '(a)(a)(a)', ['x', 'y', 'z'])) FROM (SELECT string_agg('a', '') AS s FROM range(20000000))
---
-- unstoppable: regexp_extract_all of words
SELECT len(regexp_extract_all(s, '[a-z]+')) FROM (SELECT string_agg(resume_text, '') AS s FROM workers, range(20))
---
-- unstoppable: string_split_regex of a huge text
SELECT len(string_split_regex(s, '')) FROM (SELECT string_agg('a', '') AS s FROM range(20000000))
---
-- unstoppable: string_split_regex at each place
SELECT len(string_split_regex(s, 'a|b|c')) FROM (SELECT string_agg('a', '') AS s FROM range(50000000))
---
-- unstoppable: regexp_replace of each letter
SELECT length(regexp_replace(s, '(.)', '\1', 'g')) FROM (SELECT string_agg('a', '') AS s FROM range(50000000))
---
-- unstoppable: regexp_full_match of a huge text
SELECT regexp_full_match(s, '(a|aa)+$') FROM (SELECT string_agg('a', '') AS s FROM range(100000000))
---
-- unstoppable: regexp_split_to_table of a huge text
SELECT count(*) FROM (SELECT regexp_split_to_table(s, '\s') FROM (SELECT string_agg(resume_text, '') AS s FROM workers, range(20)))
---
-- unstoppable: string_split at a text that is not there
SELECT len(string_split(s, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaab')) FROM (SELECT string_agg('a', '') AS s FROM range(100000000))
---
-- unstoppable: split_part far off
SELECT split_part(s, 'a', 90000000) FROM (SELECT string_agg('a', '') AS s FROM range(100000000))
---
-- unstoppable: strpos of what is not there: the product of lengths
SELECT strpos(s, substr(s, 1, 1000000) || 'b') FROM (SELECT string_agg('a', '') AS s FROM range(2000000))
---
-- unstoppable: contains, position and instr of the same kind
SELECT contains(s, n), position(n IN s), instr(s, n) FROM (SELECT s, repeat('a', 999) || 'b' AS n FROM (SELECT string_agg('a', '') AS s FROM range(100000000)))
---
-- unstoppable: suffix and prefix over a huge text
SELECT suffix(s, s), prefix(s, s), ends_with(s, s || 'b') FROM (SELECT string_agg('a', '') AS s FROM range(100000000))
---
-- unstoppable: replace of what overlaps
SELECT length(replace(s, 'aa', 'a')) FROM (SELECT string_agg('a', '') AS s FROM range(100000000))
---
-- unstoppable: replace that finds nothing
SELECT replace(s, substr(s, 1, 500000) || 'b', '') IS NULL FROM (SELECT string_agg('a', '') AS s FROM range(1000000))
---
-- unstoppable: translate with long maps
SELECT length(translate(s, (SELECT string_agg(chr(i::INT), '') FROM range(1000, 50000) r(i)), '')) FROM (SELECT string_agg('a', '') AS s FROM range(30000000))
---
-- unstoppable: trim with a long set
SELECT length(trim(s, (SELECT string_agg(chr(i::INT), '') FROM range(97, 50000) r(i)))) FROM (SELECT string_agg('a', '') AS s FROM range(30000000))
---
-- unstoppable: nfc_normalize of many combining marks
SELECT length(nfc_normalize(string_agg(chr(769 + (i % 2)::INT * 34), ''))) FROM range(2000000) r(i)
---
-- unstoppable: nfc_normalize of one letter with a thousand marks
SELECT nfc_normalize('a' || string_agg('{{U+327}}{{U+301}}{{U+316}}', '')) IS NULL FROM range(300000)
---
-- unstoppable: strip_accents of a huge text
SELECT length(strip_accents(string_agg('é', ''))) FROM range(50000000)
---
-- unstoppable: upper and lower of letters beyond ASCII
SELECT length(upper(s)) + length(lower(s)) FROM (SELECT string_agg('ßéİ', '') AS s FROM range(30000000))
---
-- unstoppable: reverse of grapheme clusters
SELECT length(reverse(s)) FROM (SELECT string_agg('👩{{U+200D}}', '') AS s FROM range(5000000))
---
-- unstoppable: length_grapheme of one endless cluster
SELECT length_grapheme('a' || string_agg('{{U+301}}', '')) FROM range(30000000)
---
-- unstoppable: substring_grapheme from the end
SELECT substring_grapheme(s, -5, 3), left_grapheme(s, -3), right_grapheme(s, 2) FROM (SELECT string_agg('👩{{U+200D}}👧', '') AS s FROM range(5000000))
---
-- unstoppable: comparison under a collation
SELECT count(*) FROM workers a, workers b WHERE a.resume_text COLLATE NOCASE.NOACCENT < b.resume_text COLLATE NOCASE.NOACCENT
---
-- unstoppable: sort under a collation
SELECT email FROM workers, range(300) ORDER BY resume_text COLLATE NOACCENT.NOCASE LIMIT 1
---
-- unstoppable: levenshtein at its bound, over many rows
SELECT sum(levenshtein(a.resume_text, b.resume_text)) FROM workers a, workers b
---
-- unstoppable: levenshtein just below the product that is allowed
SELECT levenshtein(s, s || 'b') FROM (SELECT string_agg('a', '') AS s FROM range(9999))
---
-- unstoppable: levenshtein of an empty text and a huge one
SELECT levenshtein('', s), levenshtein('a', s) FROM (SELECT string_agg('a', '') AS s FROM range(90000000))
---
-- unstoppable: levenshtein of letters of four bytes
SELECT levenshtein(s, reverse(s)) FROM (SELECT string_agg('👩', '') AS s FROM range(10000))
---
-- unstoppable: damerau_levenshtein, whose table is the product
SELECT damerau_levenshtein(s, reverse(s)) FROM (SELECT string_agg(chr(97 + (i % 26)::INT), '') AS s FROM range(10000) r(i))
---
-- unstoppable: damerau_levenshtein over rows
SELECT max(damerau_levenshtein(a.resume_text, b.resume_text)) FROM workers a, workers b
---
-- unstoppable: jaro_winkler_similarity of two that are long
SELECT jaro_winkler_similarity(s, reverse(s)) FROM (SELECT string_agg('a', '') AS s FROM range(10000))
---
-- unstoppable: jaro_similarity over rows
SELECT max(jaro_similarity(a.resume_text, b.resume_text)) FROM workers a, workers b
---
-- unstoppable: jaccard of huge texts
SELECT jaccard(s, reverse(s)) FROM (SELECT string_agg(resume_text, '') AS s FROM workers, range(30))
---
-- unstoppable: hamming of huge texts
SELECT hamming(s, reverse(s)), mismatches(s, s) FROM (SELECT string_agg('a', '') AS s FROM range(200000000))
---
-- unstoppable: editdist3 by its other name
SELECT editdist3(s, s) FROM (SELECT string_agg('a', '') AS s FROM range(10000))
---
-- unstoppable: levenshtein by its full name, past the bound
SELECT system.main.levenshtein(s, s || 'b') FROM (SELECT string_agg('a', '') AS s FROM range(200000))
---
-- unstoppable: damerau_levenshtein by its full name
SELECT system.main.damerau_levenshtein(s, s || 'b') FROM (SELECT string_agg('a', '') AS s FROM range(20000))
---
-- unstoppable: jaro_similarity by its full name
SELECT main.jaro_similarity(s, s || 'b') FROM (SELECT string_agg('a', '') AS s FROM range(300000))
---
-- unstoppable: levenshtein through a lambda
SELECT list_sum(list_transform(range(10000), x -> levenshtein(s, s || x::VARCHAR))) FROM (SELECT string_agg('a', '') AS s FROM range(9000))
---
-- unstoppable: try_strptime with 3,000 formats
SELECT count(try_strptime(resume_text, [{{3000*'%Y-%m-%d %H:%M:%S.# %A'|, }}])) FROM workers
---
-- unstoppable: try_strptime with formats, over a cross join
SELECT count(try_strptime(a.resume_text, [{{200*'%d %B %Y # %p'|, }}])) FROM workers a, range(1000)
---
-- unstoppable: strptime of a long text with a long format
SELECT try_strptime(s, '{{20000*%%a}}') FROM (SELECT string_agg('a', '') AS s FROM range(1000000))
---
-- unstoppable: strftime of many
SELECT max(strftime(now() + to_seconds(i), '{{3000*%A %d %B}}')) FROM range(100000000) r(i)
---
-- unstoppable: list_sort of a long list
SELECT list_sort(l)[1] FROM (SELECT list(hash(i)) AS l FROM range(20000000) r(i))
---
-- unstoppable: list_sort of texts
SELECT list_reverse_sort(l)[1] FROM (SELECT list(md5(i::VARCHAR)) AS l FROM range(3000000) r(i))
---
-- unstoppable: list_sort of lists
SELECT len(list_sort(list([hash(i), i]))) FROM range(5000000) r(i)
---
-- unstoppable: list_distinct of a long list
SELECT len(list_distinct(l)) FROM (SELECT list(hash(i)) AS l FROM range(10000000) r(i))
---
-- unstoppable: list_unique of a long list
SELECT list_unique(l) FROM (SELECT list(hash(i)) AS l FROM range(10000000) r(i))
---
-- unstoppable: list_aggregate by names: mode, histogram, median
SELECT list_mode(l), list_median(l), list_entropy(l), cardinality(list_histogram(l)) FROM (SELECT list(hash(i)) AS l FROM range(5000000) r(i))
---
-- unstoppable: list_aggregate by a name in a text
SELECT list_aggregate(l, 'quantile_cont', 0.5), length(list_aggregate(l, 'string_agg', ', ')) FROM (SELECT list(i) AS l FROM range(10000000) r(i))
---
-- unstoppable: list_intersect of long lists
SELECT len(list_intersect(l, l)) FROM (SELECT list(hash(i)) AS l FROM range(5000000) r(i))
---
-- unstoppable: list_has_all and list_has_any of long lists
SELECT list_has_all(l, l), list_has_any(l, [-1]) FROM (SELECT list(i) AS l FROM range(5000000) r(i))
---
-- unstoppable: list_position within a transform: quadratic
SELECT list_sum(list_transform(l, x -> list_position(l, x))) FROM (SELECT range(10000) AS l)
---
-- unstoppable: list_contains within a filter: quadratic
SELECT len(list_filter(l, x -> list_contains(l, -x - 1))) FROM (SELECT list(i) AS l FROM range(100000) r(i))
---
-- unstoppable: list_filter in list_filter
SELECT len(list_filter(l, x -> len(list_filter(l, y -> y > x)) > 5)) FROM (SELECT range(10000) AS l)
---
-- unstoppable: list_transform in list_transform, quadratic with hashes
SELECT list_sum(list_transform(l, x -> list_sum(list_transform(l, y -> hash(x, y) % 2)))) FROM (SELECT range(10000) AS l)
---
-- unstoppable: list_reduce over a long list
SELECT list_reduce(l, (a, b) -> (a * 31 + b) % 1000003) FROM (SELECT list(i) AS l FROM range(20000000) r(i))
---
-- unstoppable: list_reduce that builds a text
SELECT length(list_reduce(l, (a, b) -> a || b)) FROM (SELECT list(i::VARCHAR) AS l FROM range(300000) r(i))
---
-- unstoppable: list_reduce that builds a list
SELECT len(list_reduce(l, (a, b) -> list_concat(a, b))) FROM (SELECT list([i]) AS l FROM range(200000) r(i))
---
-- unstoppable: list_slice with a step
SELECT len(list_slice(l, 1, -1, 2)) FROM (SELECT list(i) AS l FROM range(50000000) r(i))
---
-- unstoppable: list_select and list_where with long masks
SELECT len(list_select(l, l)), len(list_where(l, list_transform(l, x -> x % 2 = 0))) FROM (SELECT list(i + 1) AS l FROM range(5000000) r(i))
---
-- unstoppable: list_grade_up
SELECT len(list_grade_up(l)) FROM (SELECT list(hash(i)) AS l FROM range(10000000) r(i))
---
-- unstoppable: list_cosine_similarity and kin
SELECT list_cosine_similarity(l, l), list_distance(l, l), list_inner_product(l, l) FROM (SELECT list(i::DOUBLE) AS l FROM range(50000000) r(i))
---
-- unstoppable: flatten of many
SELECT len(flatten(list([i, i, i]))) FROM range(20000000) r(i)
---
-- unstoppable: array_to_string of a long list
SELECT length(array_to_string(list(i), ',')) FROM range(50000000) r(i)
---
-- unstoppable: map of many keys, looked up for each
SELECT list_sum(list_transform(k, x -> m[x])) FROM (SELECT map(list(i), list(i)) AS m, list(i) AS k FROM range(20000) r(i))
---
-- unstoppable: map_extract of a long map over rows
SELECT sum(m[i]) FROM (SELECT map(list(i), list(i)) AS m FROM range(100000) r(i)), range(100000) r(i)
---
-- unstoppable: map_entries, map_keys and map_values of a long map
SELECT len(map_entries(m)) + len(map_keys(m)) + len(map_values(m)) FROM (SELECT map(list(i), list(md5(i::VARCHAR))) AS m FROM range(1000000) r(i))
---
-- unstoppable: bits: shifts and counts of a long string
SELECT bit_count(s::BIT), length(s::BIT << 5), (s::BIT & s::BIT) IS NULL FROM (SELECT string_agg('1', '') AS s FROM range(100000000))
---
-- unstoppable: bits: xor, not and positions
SELECT bit_position('1'::BIT, ~s), get_bit(xor(s, ~s), 7) FROM (SELECT string_agg('1', '')::BIT AS s FROM range(100000000))
---
-- unstoppable: bits as an aggregate
SELECT bit_xor(s), bit_or(s), bit_and(s) FROM (SELECT repeat('10', 500)::BIT AS s FROM range(3000000))
---
-- unstoppable: bits: a position of what is not there
SELECT bit_position((repeat('0', 999) || '1')::BIT, s) FROM (SELECT string_agg('0', '')::BIT AS s FROM range(10000000))
---
-- unstoppable: set_bit in a chain
SELECT {{300*set_bit(}}s{{300*, 5, 1)}} IS NULL FROM (SELECT string_agg('1', '')::BIT AS s FROM range(5000000))
---
-- unstoppable: a cast of a text of digits to VARINT
SELECT s::BIGNUM IS NULL FROM (SELECT string_agg('9', '') AS s FROM range(3000000))
---
-- unstoppable: BIGNUM to text and back
SELECT length((('1' || s)::BIGNUM)::VARCHAR) FROM (SELECT string_agg('7', '') AS s FROM range(300000))
---
-- unstoppable: BIGNUM sums and products
SELECT length((n + n - n)::VARCHAR) FROM (SELECT ('1' || string_agg('0', ''))::BIGNUM AS n FROM range(200000))
---
-- unstoppable: BIGNUM that doubles in recursion
WITH RECURSIVE r AS (SELECT 0 AS i, '2'::BIGNUM AS n UNION ALL SELECT i + 1, n + n FROM r WHERE i < 200000) SELECT max(length(n::VARCHAR)) FROM r
---
-- unstoppable: BIGNUM as an aggregate
SELECT sum(('9' || repeat('9', 999))::BIGNUM) FROM range(1000000)
---
-- unstoppable: factorial, gamma and power over rows
SELECT sum(factorial((i % 33)::INT)::DOUBLE), sum(gamma(i % 100 + 1)), sum(pow(i, 0.3)) FROM range(300000000) r(i)
---
-- unstoppable: hashes of a huge text
SELECT md5(s), sha1(s), sha256(s), hash(s) FROM (SELECT string_agg('a', '') AS s FROM range(300000000))
---
-- unstoppable: hashes in a chain over rows
SELECT max({{40*sha256(}}i::VARCHAR{{40*)}}) FROM range(100000000) r(i)
---
-- unstoppable: base64, hex and url of a huge text
SELECT length(base64(encode(s))) + length(hex(s)) + length(url_encode(s)) FROM (SELECT string_agg('a', '') AS s FROM range(100000000))
---
-- unstoppable: from_base64 and unhex of a huge text
SELECT octet_length(from_base64(s)), octet_length(unhex(s)) FROM (SELECT string_agg('a', '') AS s FROM range(100000000))
---
-- unstoppable: ascii, unicode and ord of a huge text
SELECT ascii(s), unicode(s), ord(s), length(s), strlen(s), bit_length(s) FROM (SELECT string_agg('a', '') AS s FROM range(300000000))
---
-- unstoppable: histogram, mode and entropy of many
SELECT cardinality(histogram(i)), mode(i), entropy(i) FROM range(20000000) r(i)
---
-- unstoppable: quantile and mad of many
SELECT median(i), mad(i), quantile_cont(i, [0.1, 0.5, 0.9]), quantile_disc(hash(i), 0.5) FROM range(100000000) r(i)
---
-- unstoppable: quantile as a window
SELECT max(m) FROM (SELECT median(hash(i)) OVER (ORDER BY i ROWS BETWEEN 100000 PRECEDING AND 100000 FOLLOWING) AS m FROM range(3000000) r(i))
---
-- unstoppable: mode as a window over all
SELECT max(m) FROM (SELECT mode(i % 1000) OVER (ORDER BY hash(i) ROWS BETWEEN 50000 PRECEDING AND 50000 FOLLOWING) AS m FROM range(1000000) r(i))
---
-- unstoppable: DISTINCT aggregates as windows
SELECT max(c) FROM (SELECT count(DISTINCT hash(i) % 5000) OVER (ORDER BY i ROWS BETWEEN 50000 PRECEDING AND 50000 FOLLOWING EXCLUDE TIES) AS c FROM range(1000000) r(i))
---
-- unstoppable: string_agg as a window: the text of all before
SELECT sum(length(s)) FROM (SELECT string_agg(worker_id, ',') OVER (ORDER BY worker_id) AS s FROM workers)
---
-- unstoppable: list as a window: the list of all before
SELECT sum(len(l)) FROM (SELECT list(worker_id) OVER (ORDER BY worker_id) AS l FROM workers)
---
-- unstoppable: array_agg that sorts
SELECT len(array_agg(i ORDER BY hash(i))) FROM range(20000000) r(i)
---
-- unstoppable: string_agg that sorts, distinct
SELECT length(string_agg(DISTINCT md5(i::VARCHAR), '' ORDER BY md5(i::VARCHAR))) FROM range(3000000) r(i)
---
-- unstoppable: first and last that sort
SELECT first(i ORDER BY hash(i)), last(i ORDER BY sha1(i::VARCHAR)), arg_max(i, md5(i::VARCHAR)) FROM range(20000000) r(i)
---
-- unstoppable: approximate aggregates
SELECT approx_count_distinct(i), approx_quantile(i, 0.5), reservoir_quantile(i, 0.5), approx_top_k(i, 100) FROM range(300000000) r(i)
---
-- unstoppable: a constant that folds for long: hashes of lists
SELECT len(list_transform(range(10000), x -> list_reduce(list_transform(range(1), y -> repeat('x', 1)), (a, b) -> a))), list_sum(list_transform([{{10000*#|, }}], x -> levenshtein('{{2000*a}}', '{{2000*b}}' || x)))
---
-- unstoppable: a constant that folds for long: levenshtein at its bound, 100 times
SELECT {{12*levenshtein('{{9000*a}}', '{{9000*b}}' || '#')|  + }}
---
-- unstoppable: a constant that folds for long: patterns
SELECT {{2000*regexp_matches(repeat('a', 1000), '(a|aa)*(b|#)+$')|  OR }}
---
-- unstoppable: a constant that folds for long: LIKE
SELECT repeat('a', 1000) LIKE '{{20*%a}}%b', repeat('a', 999) LIKE '{{12*%a_}}%b'
---
-- unstoppable: a constant that folds for long: list_sort in lists
SELECT list_sum(list_transform(range(10000), x -> list_sort(list_transform([{{10000*#|, }}], y -> hash(x, y)))[1] % 7))
---
-- unstoppable: a constant that folds for long: factorials in a transform
SELECT list_sum(list_transform(range(10000), x -> list_sum(list_transform(string_split('{{5000*1,}}', ','), y -> length(md5(y))))))
---
-- unstoppable: JSON of many values, read by a path with wildcards
SELECT len(json_extract(j, '$[*].a')) FROM (SELECT json_group_array({'a': i}) AS j FROM range(3000000) r(i))
---
-- unstoppable: json_contains of large documents: quadratic
SELECT json_contains(j, '["x"]'), json_contains(j, j) FROM (SELECT json_group_array(i) AS j FROM range(20000) r(i))
---
-- unstoppable: json_merge_patch of wide objects
SELECT length(json_merge_patch(j, j)) FROM (SELECT json_group_object('k' || i, i) AS j FROM range(30000) r(i))
---
-- unstoppable: json_structure of wide objects
SELECT length(json_structure(j)) FROM (SELECT json_group_object('k' || i, {'a': i}) AS j FROM range(300000) r(i))
---
-- unstoppable: json_group_structure of rows with keys of their own
SELECT length(json_group_structure(json_object('k' || i, i))) FROM range(200000) r(i)
---
-- unstoppable: json_keys and json_tree of wide objects
SELECT count(*), (SELECT len(json_keys(j)) FROM (SELECT json_group_object('k' || i, i) AS j FROM range(1000000) r(i))) FROM json_tree((SELECT json_group_object('k' || i, i) FROM range(300000) r(i)))
---
-- unstoppable: time zones of many rows
SELECT count(DISTINCT timezone(n.name, TIMESTAMP '2024-01-01' + to_minutes(i))) FROM pg_timezone_names() n, range(100000) r(i)
---
-- unstoppable: embed of a text for each of many rows
SELECT max(len(embed(resume_text || i))) FROM workers, range(50) r(i)
---
-- amplifier: least with NULL, which least leaves out
SELECT length(repeat('x', least(NULL, 2000000000)))
---
-- amplifier: least with NULL and a column
SELECT length(repeat('abcdefgh', least(NULL, v * 20000000))) FROM t
---
-- amplifier: the negative of a least
SELECT length(repeat('x', -least(-v * 100000000, -5))) FROM t
---
-- amplifier: the negative of the negative of a least
SELECT length(repeat('x', - - least(2000000000, 1999999999)))
---
-- amplifier: a list by the negative of a least
SELECT len(range(-least(-id * 200000000, -1))) FROM t
---
-- amplifier: range from a least that is far below
SELECT len(range(least(id * -200000000, 0), 5)) FROM t
---
-- amplifier: range whose step is a cast number
SELECT len(range(0, 500000000, 500000000::BOOLEAN::INT))
---
-- amplifier: generate_series with a step that a cast makes small
SELECT len(generate_series(1, 300000000, 300000000.5::BOOLEAN::BIGINT))
---
-- amplifier: range with a step of least
SELECT len(range(0, 400000000, least(400000000, 1)))
---
-- amplifier: range with a step of least over data
SELECT len(range(0, 400000000, least(400000000, id))) FROM t
---
-- amplifier: repeat by a cast through BIT
SELECT length(repeat('x', (-1)::BIT::UINTEGER::BIGINT))
---
-- amplifier: repeat by a text cast through BIT
SELECT length(repeat('x', '0000000001111111111111111111111111111111'::BIT::BIGINT))
---
-- amplifier: repeat by an exponent in text
SELECT length(repeat('x', '1e9'::DOUBLE::BIGINT))
---
-- amplifier: repeat by a text with underscores
SELECT length(repeat('x', '1_000_000_000'::BIGINT))
---
-- amplifier: repeat by hex
SELECT length(repeat('x', '0x7fffffff'::BIGINT))
---
-- amplifier: repeat by a HUGEINT in least
SELECT length(repeat('x', least(99999999999999999999, 2000000000)))
---
-- amplifier: list_resize by a HUGEINT in least
SELECT len(list_resize([1], least(99999999999999999999, 500000000)))
---
-- amplifier: list_resize by NULL in least
SELECT len(list_resize([1], least(NULL, 500000000)))
---
-- amplifier: list_resize by a number cast to BOOLEAN and a list that is wide
SELECT len(list_resize([range(10000)], least(NULL, 10000000)))
---
-- amplifier: array_resize of rows
SELECT sum(len(array_resize([id], least(10000, 10000)))) FROM workers, (SELECT 1 AS id), range(20)
---
-- amplifier: least of texts, which compares letters
SELECT length(repeat('x', least('5', '2000000000')::BIGINT))
---
-- amplifier: lpad by NULL in least
SELECT length(lpad('x', least(NULL, 2000000000), 'y'))
---
-- amplifier: rpad by the negative of least
SELECT length(rpad('x', -least(-2000000000, 0), 'y'))
---
-- amplifier: bitstring by least with NULL
SELECT length(bitstring('1', least(NULL, 2000000000)))
---
-- amplifier: bitstring by data
SELECT bit_count(bitstring('1', 2147483647))
---
-- amplifier: bitstring_agg over a wide span
SELECT length(bitstring_agg(i, -2000000000, 2000000000)) FROM range(3) r(i)
---
-- amplifier: bitstring_agg over groups
SELECT bit_count(bitstring_agg(i, 0, 100000000)) FROM range(300) r(i) GROUP BY i
---
-- amplifier: to_seconds of a small fraction as the step
SELECT len(range(TIMESTAMP '2024-01-01', TIMESTAMP '2024-01-02', to_seconds(0.000001)))
---
-- amplifier: INTERVAL of a fraction of a second
SELECT len(range(TIMESTAMP '2024-01-01', TIMESTAMP '2024-01-01 02:00:00', INTERVAL '0.000001' SECOND))
---
-- amplifier: to_milliseconds of a fraction
SELECT len(range(TIMESTAMP '2024-01-01', TIMESTAMP '2024-01-01 02:00:00', to_milliseconds(0.001)))
---
-- amplifier: microseconds as the step
SELECT len(range(TIMESTAMP '2024-01-01', TIMESTAMP '2024-01-02', to_microseconds(1)))
---
-- amplifier: a year of two digits: one reader sees 2020, the other 20
SELECT len(range('20-01-01'::TIMESTAMP, '2020-06-01'::TIMESTAMP, INTERVAL 1 MINUTE))
---
-- amplifier: a text of the clock that each reads in its own way
SELECT len(range('2024-01-01 00:00:00-23:59'::TIMESTAMP, '2024-01-02'::TIMESTAMP, INTERVAL 1 SECOND))
---
-- amplifier: infinite dates
SELECT len(range('-infinity'::TIMESTAMP, 'infinity'::TIMESTAMP, INTERVAL 1 DAY))
---
-- amplifier: an epoch text
SELECT len(range('epoch'::TIMESTAMP, '2024-01-01'::TIMESTAMP, INTERVAL 1 SECOND))
---
-- amplifier: a step of months that is 0 and some microseconds
SELECT len(range(TIMESTAMP '2000-01-01', TIMESTAMP '2024-01-01', INTERVAL '1 microsecond'))
---
-- amplifier: a step of NULL
SELECT len(range(TIMESTAMP '2000-01-01', TIMESTAMP '2024-01-01', NULL))
---
-- amplifier: dates as numbers
SELECT len(range('1000000000'::BIGINT))
---
-- amplifier: format whose width comes from an argument, after an alignment
SELECT length(format('{:>{}}', 'x', 1000000000))
---
-- amplifier: format whose width comes from an argument, by number
SELECT length(format('{0:<{1}}', 'x', 2000000000))
---
-- amplifier: format whose precision comes from an argument
SELECT length(format('{:.{}f}', 1.5::DOUBLE, 2000000000))
---
-- amplifier: format with fill and sign
SELECT length(format('{:*^+{}d}', 1, 1500000000))
---
-- amplifier: format that names one argument 40,000 times
SELECT length(format('{{40000*{0}}}', repeat('x', 1000)))
---
-- amplifier: format that names one argument often, twice
SELECT length(format('{{5000*{0}}}', format('{{5000*{0}}}', 'abcdefgh')))
---
-- amplifier: format that names an argument often, over common tables
WITH a AS (SELECT format('{{900*{0}}}', k) AS s FROM t), b AS (SELECT format('{{900*{0}}}', s) AS s FROM a), c AS (SELECT format('{{900*{0}}}', s) AS s FROM b) SELECT length(s) FROM c
---
-- amplifier: format with many widths of four digits
SELECT length(format('{{20000*{:9999}}}'{{20000*, 1}}))
---
-- amplifier: printf with many widths of four digits
SELECT length(printf('{{20000*%9999d}}'{{20000*, 1}}))
---
-- amplifier: printf with positions, one named often
SELECT length(printf('{{20000*%1$s}}', repeat('x', 1000)))
---
-- amplifier: printf with a precision
SELECT length(printf('%.9999f%09999d', 1.0, 1))
---
-- amplifier: printf with blanks in the width
SELECT printf('%-0 +#9999999s', 'x')
---
-- amplifier: strftime with a long format
SELECT length(strftime(now(), repeat('%A %B %c ', 1000)))
---
-- amplifier: strftime with a long format over rows, gathered
SELECT length(string_agg(strftime(now() + to_days(i::INT), '{{20000*%A, %B}}'), '')) FROM range(2000) r(i)
---
-- amplifier: strftime growing: the format is a former result
WITH a AS (SELECT strftime(now(), '{{5000*%c %%A}}') AS s), b AS (SELECT strftime(now(), s || s) AS s FROM a) SELECT length(s) FROM b
---
-- amplifier: equi_width_bins with a huge count
SELECT len(equi_width_bins(0, 1000000000, 1000000000, false))
---
-- amplifier: equi_width_bins of doubles
SELECT sum(len(equi_width_bins(0.0::DOUBLE, 1.0::DOUBLE + i, 999999, true))) FROM range(3000) r(i)
---
-- amplifier: equi_width_bins of time
SELECT len(list(equi_width_bins(TIMESTAMP '1900-01-01', TIMESTAMP '2900-01-01' + to_days(i::INT), 999999, true))) FROM range(3000) r(i)
---
-- amplifier: histogram with many bins
SELECT cardinality(histogram(i, equi_width_bins(0, 100000000, 100000000, false))) FROM range(10) r(i)
---
-- amplifier: list_reduce that doubles a text
SELECT length(list_reduce(list_transform(range(60), x -> 'abcdefgh'), (a, b) -> a || a))
---
-- amplifier: list_reduce that doubles a list
SELECT len(list_reduce([[1]{{40*, [#]}}], (a, b) -> a || a))
---
-- amplifier: list_reduce that nests
SELECT length(list_reduce(list_transform(range(60), x -> '[1]'), (a, b) -> json_array(a, a)::VARCHAR))
---
-- amplifier: reduce with an initial value that grows
SELECT length(reduce(list_transform(range(100), x -> x::VARCHAR), (a, x) -> concat(a, a, x), 'x'))
---
-- amplifier: list_transform that gives the list itself for each element
SELECT sum(len(x)) FROM (SELECT unnest(list_transform(l, x -> l)) AS x FROM (SELECT range(10000) AS l))
---
-- amplifier: list_transform in list_transform over an outer list
SELECT len(flatten(list_transform(l, x -> l))) FROM (SELECT range(10000) AS l)
---
-- amplifier: three of them: a million of millions
SELECT len(list_transform(l, x -> list_transform(l, y -> list_transform(l, z -> x + y + z)))) FROM (SELECT range(10000) AS l)
---
-- amplifier: list comprehension over an outer list
SELECT len([[x + y FOR x IN l] FOR y IN l]) FROM (SELECT range(10000) AS l)
---
-- amplifier: list_zip of long lists, many times
SELECT len(list_zip(l{{300*, l}})) FROM (SELECT range(10000) AS l)
---
-- amplifier: list_zip nested
WITH "c-1" AS (SELECT range(10000) AS l){{14*, "c#" AS (SELECT list_zip(l, l) AS l FROM "c#-1")}} SELECT len(l) FROM "c13"
---
-- amplifier: list_value of a list, along common tables
WITH "c-1" AS (SELECT range(10000) AS l){{6*, "c#" AS (SELECT list_value({{30*l|, }}) AS l FROM "c#-1")}} SELECT len(l) FROM "c5"
---
-- amplifier: list_concat that doubles along common tables
WITH "c-1" AS (SELECT range(100) AS l){{4*, "c#" AS (SELECT {{60*l| || }} AS l FROM "c#-1")}} SELECT len(l) FROM "c3"
---
-- amplifier: texts that grow along common tables
WITH "c-1" AS (SELECT 'abcdefgh' AS s){{4*, "c#" AS (SELECT concat({{100*s|, }}) AS s FROM "c#-1")}} SELECT length(s) FROM "c3"
---
-- amplifier: doublings by a chain of 40 materialised common tables
WITH "c-1" AS MATERIALIZED (SELECT k AS s FROM t){{40*, "c#" AS MATERIALIZED (SELECT s || s AS s FROM "c#-1")}} SELECT length(s) FROM "c39"
---
-- amplifier: texts that double in a recursive common table
WITH RECURSIVE r AS (SELECT 0 AS i, 'x' AS s UNION ALL SELECT i + 1, s || s FROM r WHERE i < 40) SELECT max(length(s)) FROM r
---
-- amplifier: lists that double in a recursive common table
WITH RECURSIVE r AS (SELECT 0 AS i, [1] AS l UNION ALL SELECT i + 1, list_concat(l, l) FROM r WHERE i < 40) SELECT max(len(l)) FROM r
---
-- amplifier: JSON that doubles in a recursive common table
WITH RECURSIVE r AS (SELECT 0 AS i, '1'::JSON AS j UNION ALL SELECT i + 1, json_array(j, j) FROM r WHERE i < 40) SELECT max(length(j)) FROM r
---
-- amplifier: blobs that double in a recursive common table
WITH RECURSIVE r AS (SELECT 0 AS i, 'x'::BLOB AS s UNION ALL SELECT i + 1, s || s FROM r WHERE i < 40) SELECT max(octet_length(s)) FROM r
---
-- amplifier: bit strings that double in a recursive common table
WITH RECURSIVE r AS (SELECT 0 AS i, '1'::BIT AS s UNION ALL SELECT i + 1, s || s FROM r WHERE i < 40) SELECT max(bit_count(s)) FROM r
---
-- amplifier: numbers that double
WITH RECURSIVE r AS (SELECT 0 AS i, 2::HUGEINT AS n UNION ALL SELECT i + 1, n * n FROM r WHERE i < 40) SELECT max(n) FROM r
---
-- amplifier: rows that double in a recursive common table
WITH RECURSIVE r AS (SELECT 0 AS i UNION ALL SELECT i + 1 FROM r, range(2) WHERE i < 40) SELECT count(*) FROM r
---
-- amplifier: rows that grow tenfold with UNION
WITH RECURSIVE r AS (SELECT 0::DOUBLE AS x UNION SELECT x * 10 + i FROM r, range(10) z(i) WHERE x < 1e30) SELECT count(*) FROM r
---
-- amplifier: USING KEY that keeps a growing list
WITH RECURSIVE r USING KEY (k) AS (SELECT 1 AS k, 0 AS i, 'x' AS s UNION SELECT k, i + 1, s || s FROM r WHERE i < 40) SELECT length(s) FROM r
---
-- amplifier: hex in hex
SELECT length({{38*hex(}}'abc'{{38*)}})
---
-- amplifier: bin in bin
SELECT length({{13*bin(}}'abc'{{13*)}})
---
-- amplifier: base64 in base64
SELECT length({{80*base64(encode(}}'abcdef'{{80*))}})
---
-- amplifier: url_encode in url_encode
SELECT length({{400*url_encode(}}'%%%%%%%%%%%%'{{400*)}})
---
-- amplifier: regexp_escape in regexp_escape
SELECT length({{34*regexp_escape(}}'....'{{34*)}})
---
-- amplifier: json_quote in json_quote: the backslashes double
SELECT length({{34*json_quote(}}'"'{{34*)::VARCHAR}})
---
-- amplifier: to_json in to_json
SELECT length({{34*to_json(}}'"\'{{34*)::VARCHAR}})
---
-- amplifier: json_array that doubles
SELECT length({{1*json_array(x, x)}}) FROM (SELECT json_array(x, x) AS x FROM (SELECT json_array(x{{2000*, x}}) AS x FROM (SELECT json_array(x{{2000*, x}}) AS x FROM (SELECT 'abcd' AS x))))
---
-- amplifier: json_object that grows
WITH a AS (SELECT json_object({{800*'k#', 'abc'|, }}) AS j), b AS (SELECT json_object({{800*'k#', j|, }}) AS j FROM a), c AS (SELECT json_object({{800*'k#', j|, }}) AS j FROM b) SELECT length(j) FROM c
---
-- amplifier: json_pretty of deep arrays
SELECT length(json_pretty(repeat('[', 1000) || repeat(']', 1000))), max(length(json_pretty(j))) FROM (SELECT string_agg('[', '') || string_agg(']', '') AS j FROM range(9000))
---
-- amplifier: json_group_array of itself
WITH a AS (SELECT json_group_array(i) AS j FROM range(10000) r(i)), b AS (SELECT json_group_array(j) AS j FROM a, range(1000)), c AS (SELECT json_group_array(j) AS j FROM b, range(1000)) SELECT length(j) FROM c
---
-- amplifier: replace that grows tenfold, nested
SELECT length({{12*replace(}}'x'{{12*, 'x', 'xxxxxxxxxx')}})
---
-- amplifier: replace with a long text
SELECT length(replace(repeat('x', 1000), 'x', '{{200000*y}}'))
---
-- amplifier: replace with a long text from data
SELECT length(replace(a, ' ', a)) FROM (SELECT string_agg(resume_text, ' ') AS a FROM workers)
---
-- amplifier: regexp_replace that names the match often
SELECT length(regexp_replace(repeat('x', 1000), '.', '{{60000*\0}}', 'g'))
---
-- amplifier: regexp_replace that grows, nested
SELECT length({{12*regexp_replace(}}'xx'{{12*, '.', '\0\0\0\0\0\0\0\0', 'g')}})
---
-- amplifier: regexp_replace of the empty match
SELECT length(regexp_replace(repeat('x', 1000), '', '{{100000*ab}}', 'g'))
---
-- amplifier: regexp_replace of the whole, thrice
WITH a AS (SELECT regexp_replace('abcdefghij', '.*', '{{1000*\0}}') AS s), b AS (SELECT regexp_replace(s, '.*', '{{1000*\0}}') AS s FROM a), c AS (SELECT regexp_replace(s, '.*', '{{1000*\0}}') AS s FROM b) SELECT length(s) FROM c
---
-- amplifier: array_to_string with a long separator
SELECT length(array_to_string(range(10000), '{{100000*x}}'))
---
-- amplifier: array_to_string with its own result
WITH a AS (SELECT array_to_string(range(10000), ',') AS s), b AS (SELECT array_to_string(range(10000), s) AS s FROM a) SELECT length(s) FROM b
---
-- amplifier: concat_ws with a long separator
SELECT length(concat_ws(s{{2000*, 1}})) FROM (SELECT string_agg(resume_text, '') AS s FROM workers)
---
-- amplifier: concat_ws, nested along common tables
WITH a AS (SELECT concat_ws('{{1000*x}}'{{500*, 1}}) AS s), b AS (SELECT concat_ws(s{{500*, 1}}) AS s FROM a), c AS (SELECT concat_ws(s{{500*, 1}}) AS s FROM b) SELECT length(s) FROM c
---
-- amplifier: translate from and to long texts
SELECT length(translate(a, a, reverse(a))) FROM (SELECT string_agg(resume_text, '') AS a FROM workers)
---
-- amplifier: bar with a huge width
SELECT length(bar(1, 0, 1, 1000000000))
---
-- amplifier: bar with a width that is not finite
SELECT length(bar(1, 0, 1, 'infinity'::DOUBLE)), length(bar(1, 0, 1, 'nan'::DOUBLE))
---
-- amplifier: bar over data
SELECT sum(length(bar(id, 0, 3, 100000000))) FROM t
---
-- amplifier: to_base with a long minimum length
SELECT length(to_base(1, 2, 64)), length(to_base(1, 2, 2000000000))
---
-- amplifier: string_agg of a data set, doubled
SELECT length(s || s || s || s || s || s || s || s) FROM (SELECT string_agg(resume_text, '') AS s FROM workers, range(20))
---
-- amplifier: string_agg over a cross join
SELECT length(string_agg(resume_text, '')) FROM workers, range(1000)
---
-- amplifier: string_agg with a long separator
SELECT length(string_agg(k, '{{100000*x}}')) FROM t, range(10000)
---
-- amplifier: string_agg of the longest repeats
SELECT length(string_agg(repeat('x', 1000), '')) FROM range(20000000)
---
-- amplifier: list over a cross join
SELECT len(list(a)) FROM range(100000) x(a), range(100000) y(b)
---
-- amplifier: list of lists
SELECT len(list(l)) FROM (SELECT list(i) AS l FROM range(1000000) r(i)), range(10000)
---
-- amplifier: array_agg of structs
SELECT len(array_agg({'a': w, 'b': w})) FROM workers w, range(1000)
---
-- amplifier: map_from_entries of many
SELECT cardinality(map_from_entries(list_transform(range(10000), x -> {'k': x, 'v': range(0, 10)})))
---
-- amplifier: map_from_entries over data
SELECT cardinality(map_from_entries(list({'k': i, 'v': i}))) FROM range(30000000) r(i)
---
-- amplifier: map of two long lists
SELECT cardinality(map(list(i), list(i))) FROM range(20000000) r(i)
---
-- amplifier: map_concat of maps
SELECT cardinality(map_concat(m{{300*, m}})) FROM (SELECT map(range(10000), range(10000)) AS m)
---
-- amplifier: histogram of distinct texts
SELECT cardinality(histogram(md5(i::VARCHAR))) FROM range(20000000) r(i)
---
-- amplifier: struct_pack of 3,000 lists
SELECT struct_pack({{3000*a# := l|, }}) FROM (SELECT range(10000) AS l)
---
-- amplifier: struct_pack of texts, answered
SELECT struct_pack({{2000*a# := s|, }}) FROM (SELECT repeat('x', 1000) AS s), range(1000)
---
-- amplifier: row of a row of a row
SELECT {{9*struct_pack(a := s, b := s, c := }}s{{9*)}} FROM (SELECT repeat('x', 1000) AS s FROM range(100000))
---
-- amplifier: generate_subscripts of a long list
SELECT count(*) FROM (SELECT generate_subscripts(list(i), 1) FROM range(20000000) r(i))
---
-- amplifier: repeat_row of wide rows
SELECT count(*), max(length(a)) FROM (SELECT column0 AS a FROM repeat_row('x', 1, 2, num_rows = 9223372036854775807))
---
-- amplifier: repeat as a table function, without an end
SELECT sum(length(column0)) FROM repeat('abc', 9223372036854775807) x(column0)
---
-- amplifier: unnest in unnest over generate_series
SELECT unnest(range(10000)), unnest(range(10000)) FROM range(100000)
---
-- amplifier: unnest of a list for each row, thrice
SELECT count(*) FROM (SELECT unnest(range(10000)) FROM (SELECT unnest(range(10000)) FROM (SELECT unnest(range(10000)))))
---
-- amplifier: chr and ascii in long transforms
SELECT length(array_to_string(list_transform(range(10000), x -> '{{5000*z}}' || chr((x % 50 + 65)::INT)), ''))
---
-- amplifier: approx_top_k with a huge k
SELECT approx_top_k(i, 100000000) FROM range(10) r(i)
---
-- amplifier: reservoir_quantile with a huge sample
SELECT reservoir_quantile(i, 0.5, 2000000000) FROM range(10) r(i)
---
-- amplifier: max of n with a huge n
SELECT len(max(i, 999999)), len(arg_max(i, i, 999999)) FROM range(1000000) r(i) GROUP BY i % 1000
---
-- amplifier: quantile with a list of many
SELECT len(quantile_cont(i, list_transform(range(10000), x -> x / 10000))) FROM range(1000000) r(i)
---
-- amplifier: quantile lists for each of many groups
SELECT max(len(q)) FROM (SELECT quantile_disc(i, [{{500*0.#1|, }}]) AS q FROM range(3000000) r(i) GROUP BY i % 100000)
---
-- amplifier: lag with a huge distance
SELECT lag(i, 9223372036854775807) OVER (), ntile(9223372036854775807) OVER () FROM range(10) r(i)
---
-- amplifier: array_cross_product and kin on wide arrays
SELECT array_value({{20000*#|, }}), array_distance(array_value({{5000*1.0::FLOAT|, }}), array_value({{5000*2.0::FLOAT|, }}))
---
-- amplifier: pow and factorial beyond
SELECT factorial(20), factorial(33), factorial(34), pow(10, 308), 2::HUGEINT ** 126, gamma(171)
---
-- amplifier: a DECIMAL of all digits times itself
SELECT {{60*99999999999999999999999999999999999999.0| * }}
---
-- amplifier: split of a long text by the empty text
SELECT len(string_split(s, '')) FROM (SELECT string_agg(resume_text, '') AS s FROM workers, range(20))
---
-- amplifier: regexp_extract_all of each character
SELECT len(regexp_extract_all(s, '.')) FROM (SELECT string_agg(resume_text, '') AS s FROM workers, range(10))
---
-- amplifier: a text of growing casts: a list to text to a list
SELECT length({{40*[}}s{{40*, s]::VARCHAR}}) FROM (SELECT 'ab''c' AS s)
---
-- amplifier: to_json of a wide list of a data set
SELECT length(to_json(list(w))) FROM workers w, range(20)
---
-- amplifier: row_to_json over all, gathered
SELECT length(json_group_array(row_to_json(w))) FROM workers w, range(50)
---
-- amplifier: json_transform of much into much
SELECT len(from_json(j, '[{"a":"VARCHAR","b":"VARCHAR","c":"VARCHAR"}]')) FROM (SELECT '[' || string_agg('{}', ',') || ']' AS j FROM range(10000000))
---
-- amplifier: uuids gathered
SELECT length(string_agg(gen_random_uuid()::VARCHAR, '')) FROM range(50000000)
---
-- amplifier: summing cells of a great many columns
SELECT length(concat({{5000*resume_text|, }})) FROM workers LIMIT 100
---
-- amplifier: ST_ functions over long text
SELECT st_astext(st_geomfromwkb(encode(string_agg('x', '')))) FROM range(1000000)
---
-- amplifier: a geometry of deep collections
SELECT st_astext(('{{12000*GEOMETRYCOLLECTION(}}POINT(1 1){{12000*)}}')::GEOMETRY)
---
-- amplifier: a geometry from a long text
SELECT length(('LINESTRING(' || string_agg('1 1', ',') || ')')::GEOMETRY::VARCHAR) FROM range(10000000)
---
-- escape: a recursive common table named duckdb_views reaches the engine's own in its first arm
WITH RECURSIVE duckdb_views AS (SELECT * FROM duckdb_views UNION ALL SELECT * FROM duckdb_views WHERE false) SELECT * FROM duckdb_views, (SELECT count(*) AS n FROM t) z
---
-- escape: a recursive common table named duckdb_settings reaches the engine's own in its first arm
WITH RECURSIVE duckdb_settings AS (SELECT * FROM duckdb_settings UNION ALL SELECT * FROM duckdb_settings WHERE false) SELECT * FROM duckdb_settings, (SELECT count(*) AS n FROM t) z
---
-- escape: a recursive common table named duckdb_databases reaches the engine's own in its first arm
WITH RECURSIVE duckdb_databases AS (SELECT * FROM duckdb_databases UNION ALL SELECT * FROM duckdb_databases WHERE false) SELECT * FROM duckdb_databases, (SELECT count(*) AS n FROM t) z
---
-- escape: a recursive common table named duckdb_logs reaches the engine's own in its first arm
WITH RECURSIVE duckdb_logs AS (SELECT * FROM duckdb_logs UNION ALL SELECT * FROM duckdb_logs WHERE false) SELECT * FROM duckdb_logs, (SELECT count(*) AS n FROM t) z
---
-- escape: a recursive common table named duckdb_tables reaches the engine's own in its first arm
WITH RECURSIVE duckdb_tables AS (SELECT * FROM duckdb_tables UNION ALL SELECT * FROM duckdb_tables WHERE false) SELECT * FROM duckdb_tables, (SELECT count(*) AS n FROM t) z
---
-- escape: a recursive common table named duckdb_columns reaches the engine's own in its first arm
WITH RECURSIVE duckdb_columns AS (SELECT * FROM duckdb_columns UNION ALL SELECT * FROM duckdb_columns WHERE false) SELECT * FROM duckdb_columns, (SELECT count(*) AS n FROM t) z
---
-- escape: a recursive common table named duckdb_schemas reaches the engine's own in its first arm
WITH RECURSIVE duckdb_schemas AS (SELECT * FROM duckdb_schemas UNION ALL SELECT * FROM duckdb_schemas WHERE false) SELECT * FROM duckdb_schemas, (SELECT count(*) AS n FROM t) z
---
-- escape: a recursive common table named duckdb_types reaches the engine's own in its first arm
WITH RECURSIVE duckdb_types AS (SELECT * FROM duckdb_types UNION ALL SELECT * FROM duckdb_types WHERE false) SELECT * FROM duckdb_types, (SELECT count(*) AS n FROM t) z
---
-- escape: a recursive common table named duckdb_constraints reaches the engine's own in its first arm
WITH RECURSIVE duckdb_constraints AS (SELECT * FROM duckdb_constraints UNION ALL SELECT * FROM duckdb_constraints WHERE false) SELECT * FROM duckdb_constraints, (SELECT count(*) AS n FROM t) z
---
-- escape: a recursive common table named duckdb_indexes reaches the engine's own in its first arm
WITH RECURSIVE duckdb_indexes AS (SELECT * FROM duckdb_indexes UNION ALL SELECT * FROM duckdb_indexes WHERE false) SELECT * FROM duckdb_indexes, (SELECT count(*) AS n FROM t) z
---
-- escape: a recursive common table named sqlite_master reaches the engine's own in its first arm
WITH RECURSIVE sqlite_master AS (SELECT * FROM sqlite_master UNION ALL SELECT * FROM sqlite_master WHERE false) SELECT * FROM sqlite_master, (SELECT count(*) AS n FROM t) z
---
-- escape: a recursive common table named sqlite_schema reaches the engine's own in its first arm
WITH RECURSIVE sqlite_schema AS (SELECT * FROM sqlite_schema UNION ALL SELECT * FROM sqlite_schema WHERE false) SELECT * FROM sqlite_schema, (SELECT count(*) AS n FROM t) z
---
-- escape: a recursive common table named sqlite_temp_master reaches the engine's own in its first arm
WITH RECURSIVE sqlite_temp_master AS (SELECT * FROM sqlite_temp_master UNION ALL SELECT * FROM sqlite_temp_master WHERE false) SELECT * FROM sqlite_temp_master, (SELECT count(*) AS n FROM t) z
---
-- escape: a recursive common table named pg_settings reaches the engine's own in its first arm
WITH RECURSIVE pg_settings AS (SELECT * FROM pg_settings UNION ALL SELECT * FROM pg_settings WHERE false) SELECT * FROM pg_settings, (SELECT count(*) AS n FROM t) z
---
-- escape: a recursive common table named pragma_database_list reaches the engine's own in its first arm
WITH RECURSIVE pragma_database_list AS (SELECT * FROM pragma_database_list UNION ALL SELECT * FROM pragma_database_list WHERE false) SELECT * FROM pragma_database_list, (SELECT count(*) AS n FROM t) z
---
-- escape: the same with UNION
WITH RECURSIVE duckdb_views AS (SELECT * FROM duckdb_views UNION SELECT * FROM duckdb_views WHERE false) SELECT sql FROM duckdb_views
---
-- escape: the same in mixed case
WITH RECURSIVE DuckDB_Views AS (SELECT * FROM dUCKdb_vIEWS UNION ALL SELECT * FROM DUCKDB_VIEWS WHERE false) SELECT * FROM duckdb_views
---
-- escape: the same in quotes
WITH RECURSIVE "duckdb_views" AS (SELECT * FROM "duckdb_views" UNION ALL SELECT * FROM "duckdb_views" WHERE false) SELECT * FROM "duckdb_views"
---
-- escape: the same inside a derived table
SELECT * FROM (WITH RECURSIVE duckdb_settings AS (SELECT * FROM duckdb_settings UNION ALL SELECT * FROM duckdb_settings WHERE false) SELECT name, value FROM duckdb_settings) x
---
-- escape: the same inside a scalar subquery
SELECT (WITH RECURSIVE duckdb_databases AS (SELECT * FROM duckdb_databases UNION ALL SELECT * FROM duckdb_databases WHERE false) SELECT string_agg(path, ',') FROM duckdb_databases)
---
-- escape: the same inside EXISTS
SELECT EXISTS (WITH RECURSIVE duckdb_views AS (SELECT * FROM duckdb_views UNION ALL SELECT * FROM duckdb_views WHERE false) SELECT 1 FROM duckdb_views WHERE sql LIKE '%parquet%')
---
-- escape: the same inside IN
SELECT 1 IN (WITH RECURSIVE duckdb_views AS (SELECT * FROM duckdb_views UNION ALL SELECT * FROM duckdb_views WHERE false) SELECT count(*) FROM duckdb_views)
---
-- escape: the same in an arm of EXCEPT
SELECT 'x' EXCEPT (WITH RECURSIVE duckdb_views AS (SELECT * FROM duckdb_views UNION ALL SELECT * FROM duckdb_views WHERE false) SELECT sql FROM duckdb_views)
---
-- escape: the same in an arm of UNION ALL
SELECT 'x' UNION ALL (WITH RECURSIVE duckdb_views AS (SELECT * FROM duckdb_views UNION ALL SELECT * FROM duckdb_views WHERE false) SELECT sql FROM duckdb_views)
---
-- escape: the same in a common table of a common table
WITH a AS (WITH RECURSIVE duckdb_views AS (SELECT * FROM duckdb_views UNION ALL SELECT * FROM duckdb_views WHERE false) SELECT * FROM duckdb_views), b AS (SELECT sql FROM a) SELECT * FROM b
---
-- escape: the first arm reads it in a subquery
WITH RECURSIVE duckdb_views AS (SELECT (SELECT max(sql) FROM duckdb_views) AS sql UNION ALL SELECT * FROM duckdb_views WHERE false) SELECT * FROM duckdb_views
---
-- escape: the first arm reads it in a join
WITH RECURSIVE duckdb_views AS (SELECT v.sql FROM t JOIN duckdb_views v ON true UNION ALL SELECT * FROM duckdb_views WHERE false) SELECT * FROM duckdb_views
---
-- escape: the first arm reads it in ORDER BY and LIMIT
WITH RECURSIVE duckdb_views AS ((SELECT 1 AS sql ORDER BY (SELECT max(sql) FROM duckdb_views) LIMIT (SELECT count(*) FROM duckdb_views)) UNION ALL SELECT * FROM duckdb_views WHERE false) SELECT * FROM duckdb_views
---
-- escape: the first arm is a union of its own
WITH RECURSIVE duckdb_views AS ((SELECT sql FROM duckdb_views UNION SELECT 'x') UNION ALL SELECT * FROM duckdb_views WHERE false) SELECT * FROM duckdb_views
---
-- escape: the first arm reads it through a common table of its own
WITH RECURSIVE duckdb_views AS ((WITH q AS (SELECT sql FROM duckdb_views) SELECT * FROM q) UNION ALL SELECT * FROM duckdb_views WHERE false) SELECT * FROM duckdb_views
---
-- escape: USING KEY
WITH RECURSIVE duckdb_views USING KEY (view_name) AS (SELECT view_name, sql FROM duckdb_views UNION SELECT view_name, sql FROM duckdb_views WHERE false) SELECT * FROM duckdb_views
---
-- escape: USING KEY and recurring
WITH RECURSIVE duckdb_views USING KEY (a) AS (SELECT 1 AS a, path AS b FROM duckdb_databases UNION SELECT a, b FROM recurring.duckdb_views WHERE false) SELECT * FROM duckdb_views
---
-- escape: recurring.name without recursion
SELECT * FROM recurring.duckdb_views
---
-- escape: recursive with column names
WITH RECURSIVE duckdb_databases(a, b, c, p) AS (SELECT * FROM duckdb_databases UNION ALL SELECT * FROM duckdb_databases WHERE false) SELECT * FROM duckdb_databases
---
-- escape: recursive and materialized
WITH RECURSIVE duckdb_views AS MATERIALIZED (SELECT * FROM duckdb_views UNION ALL SELECT * FROM duckdb_views WHERE false) SELECT count(*), max(sql) FROM duckdb_views
---
-- escape: RECURSIVE without a recursion
WITH RECURSIVE duckdb_views AS (SELECT * FROM duckdb_views) SELECT * FROM duckdb_views
---
-- escape: RECURSIVE with EXCEPT, which is no recursion
WITH RECURSIVE duckdb_views AS (SELECT * FROM duckdb_views EXCEPT SELECT * FROM duckdb_views) SELECT * FROM duckdb_views
---
-- escape: RECURSIVE with UNION BY NAME
WITH RECURSIVE duckdb_views AS (SELECT * FROM duckdb_views UNION BY NAME SELECT * FROM duckdb_views) SELECT * FROM duckdb_views
---
-- escape: a recursion whose second arm does not read it
WITH RECURSIVE duckdb_views AS (SELECT sql FROM duckdb_views UNION ALL SELECT 'x') SELECT * FROM duckdb_views
---
-- escape: an inner common table of the same name ends before the read
WITH RECURSIVE a AS (WITH duckdb_views AS (SELECT 1) SELECT * FROM duckdb_views UNION ALL SELECT * FROM duckdb_views) SELECT * FROM a
---
-- escape: two common tables, the former reads the latter's name
WITH RECURSIVE a AS (SELECT sql FROM duckdb_views UNION ALL SELECT sql FROM a WHERE false), duckdb_views AS (SELECT 1 AS sql) SELECT * FROM a
---
-- escape: recursion under a file's name
WITH RECURSIVE "/etc/passwd" AS (SELECT * FROM "/etc/passwd" UNION ALL SELECT * FROM "/etc/passwd" WHERE false) SELECT * FROM "/etc/passwd"
---
-- escape: recursion under a dataset's file name that is a plain word
WITH RECURSIVE "x.parquet" AS (SELECT * FROM "x.parquet" UNION ALL SELECT * FROM "x.parquet" WHERE false) SELECT * FROM "x.parquet"
---
-- escape: recursion under the name of a pragma view
WITH RECURSIVE pragma_table_info AS (SELECT * FROM pragma_table_info UNION ALL SELECT * FROM pragma_table_info WHERE false) SELECT * FROM pragma_table_info
---
-- escape: recursion under a name that is nothing
WITH RECURSIVE nothing_at_all AS (SELECT * FROM nothing_at_all UNION ALL SELECT * FROM nothing_at_all WHERE false) SELECT * FROM nothing_at_all
---
-- escape: recursion under a dataset's name reads the dataset in its first arm
WITH RECURSIVE workers AS (SELECT * FROM workers UNION ALL SELECT * FROM workers WHERE false) SELECT count(*) FROM workers
---
-- escape: recursion in a view listing of pg_catalog
WITH RECURSIVE pg_views AS (SELECT * FROM pg_views UNION ALL SELECT * FROM pg_views WHERE false) SELECT definition FROM pg_views
---
-- escape: recursion over pg_class
WITH RECURSIVE pg_class AS (SELECT * FROM pg_class UNION ALL SELECT * FROM pg_class WHERE false) SELECT * FROM pg_class
---
-- escape: recursion over pg_tables
WITH RECURSIVE pg_tables AS (SELECT * FROM pg_tables UNION ALL SELECT * FROM pg_tables WHERE false) SELECT * FROM pg_tables
---
-- escape: recursion over pg_proc, which has the macros' text
WITH RECURSIVE pg_proc AS (SELECT * FROM pg_proc UNION ALL SELECT * FROM pg_proc WHERE false) SELECT * FROM pg_proc
---
-- escape: recursion in EXPLAIN
EXPLAIN WITH RECURSIVE duckdb_views AS (SELECT * FROM duckdb_views UNION ALL SELECT * FROM duckdb_views WHERE false) SELECT * FROM duckdb_views
---
-- escape: recursion in EXPLAIN ANALYZE
EXPLAIN ANALYZE WITH RECURSIVE duckdb_settings AS (SELECT * FROM duckdb_settings UNION ALL SELECT * FROM duckdb_settings WHERE false) SELECT * FROM duckdb_settings
---
-- escape: recursion in DESCRIBE
DESCRIBE WITH RECURSIVE duckdb_views AS (SELECT * FROM duckdb_views UNION ALL SELECT * FROM duckdb_views WHERE false) SELECT * FROM duckdb_views
---
-- escape: recursion in SUMMARIZE
SUMMARIZE WITH RECURSIVE duckdb_databases AS (SELECT * FROM duckdb_databases UNION ALL SELECT * FROM duckdb_databases WHERE false) SELECT * FROM duckdb_databases
---
-- escape: recursion in front of PIVOT
WITH RECURSIVE duckdb_databases AS (SELECT * FROM duckdb_databases UNION ALL SELECT * FROM duckdb_databases WHERE false) PIVOT duckdb_databases ON path USING count(*)
---
-- escape: recursion as the source of PIVOT
PIVOT (WITH RECURSIVE duckdb_databases AS (SELECT * FROM duckdb_databases UNION ALL SELECT * FROM duckdb_databases WHERE false) FROM duckdb_databases) ON database_name IN ('memory') USING max(path)
---
-- escape: recursion in a lateral join
SELECT * FROM t, LATERAL (WITH RECURSIVE duckdb_views AS (SELECT * FROM duckdb_views UNION ALL SELECT * FROM duckdb_views WHERE false) SELECT sql FROM duckdb_views LIMIT 1) x
---
-- escape: qualified: FROM system.main.duckdb_views
SELECT * FROM system.main.duckdb_views
---
-- escape: qualified by the schema: FROM main.duckdb_views
SELECT * FROM main.duckdb_views
---
-- escape: qualified by the catalog: FROM memory.main.duckdb_views
SELECT * FROM memory.main.duckdb_views
---
-- escape: views of the information schema: FROM system.information_schema.views
SELECT * FROM system.information_schema.views
---
-- escape: another table of the information schema: FROM information_schema.character_sets
SELECT * FROM information_schema.character_sets
---
-- escape: constraints: FROM information_schema.table_constraints
SELECT * FROM information_schema.table_constraints
---
-- escape: keys: FROM information_schema.key_column_usage
SELECT * FROM information_schema.key_column_usage
---
-- escape: another catalog: FROM temp.information_schema.tables
SELECT * FROM temp.information_schema.tables
---
-- escape: pg_catalog: FROM pg_catalog.pg_settings
SELECT * FROM pg_catalog.pg_settings
---
-- escape: the temporary catalog: FROM temp.main.sqlite_master
SELECT * FROM temp.main.sqlite_master
---
-- escape: quoted parts: FROM "main"."duckdb_settings"
SELECT * FROM "main"."duckdb_settings"
---
-- escape: as a function: FROM duckdb_views()
SELECT * FROM duckdb_views()
---
-- escape: macros and their text: FROM duckdb_functions()
SELECT * FROM duckdb_functions()
---
-- escape: extension paths: FROM duckdb_extensions()
SELECT * FROM duckdb_extensions()
---
-- escape: secrets: FROM duckdb_secrets()
SELECT * FROM duckdb_secrets()
---
-- escape: memory of the engine: FROM duckdb_memory()
SELECT * FROM duckdb_memory()
---
-- escape: paths of spill files: FROM duckdb_temporary_files()
SELECT * FROM duckdb_temporary_files()
---
-- escape: paths of data files: FROM duckdb_external_file_cache()
SELECT * FROM duckdb_external_file_cache()
---
-- escape: logs: FROM duckdb_log_contexts()
SELECT * FROM duckdb_log_contexts()
---
-- escape: variables: FROM duckdb_variables()
SELECT * FROM duckdb_variables()
---
-- escape: prepared statements: FROM duckdb_prepared_statements()
SELECT * FROM duckdb_prepared_statements()
---
-- escape: dependencies: FROM duckdb_dependencies()
SELECT * FROM duckdb_dependencies()
---
-- escape: optimizers: FROM duckdb_optimizers()
SELECT * FROM duckdb_optimizers()
---
-- escape: databases: FROM duckdb_approx_database_count()
SELECT * FROM duckdb_approx_database_count()
---
-- escape: connections: FROM duckdb_connection_count()
SELECT * FROM duckdb_connection_count()
---
-- escape: key words: FROM duckdb_keywords()
SELECT * FROM duckdb_keywords()
---
-- escape: sequences: FROM duckdb_sequences()
SELECT * FROM duckdb_sequences()
---
-- escape: pragma: FROM pragma_database_size()
SELECT * FROM pragma_database_size()
---
-- escape: pragma with block numbers: FROM pragma_storage_info('t')
SELECT * FROM pragma_storage_info('t')
---
-- escape: pragma of a view: FROM pragma_table_info('duckdb_views')
SELECT * FROM pragma_table_info('duckdb_views')
---
-- escape: pragma: FROM pragma_show('t')
SELECT * FROM pragma_show('t')
---
-- escape: pragma: FROM pragma_platform()
SELECT * FROM pragma_platform()
---
-- escape: pragma: FROM pragma_user_agent()
SELECT * FROM pragma_user_agent()
---
-- escape: pragma: FROM pragma_version()
SELECT * FROM pragma_version()
---
-- escape: pragma: FROM pragma_metadata_info()
SELECT * FROM pragma_metadata_info()
---
-- escape: profiling output of other queries: FROM pragma_last_profiling_output()
SELECT * FROM pragma_last_profiling_output()
---
-- escape: files: FROM parquet_scan('*')
SELECT * FROM parquet_scan('*')
---
-- escape: files: FROM parquet_schema('x')
SELECT * FROM parquet_schema('x')
---
-- escape: files: FROM parquet_file_metadata('**')
SELECT * FROM parquet_file_metadata('**')
---
-- escape: files: FROM parquet_kv_metadata('x')
SELECT * FROM parquet_kv_metadata('x')
---
-- escape: files: FROM parquet_bloom_probe('x', 'a', 1)
SELECT * FROM parquet_bloom_probe('x', 'a', 1)
---
-- escape: files: FROM read_csv_auto('/etc/passwd')
SELECT * FROM read_csv_auto('/etc/passwd')
---
-- escape: files: FROM read_json_auto('/etc/*.json')
SELECT * FROM read_json_auto('/etc/*.json')
---
-- escape: files: FROM read_ndjson_objects('x')
SELECT * FROM read_ndjson_objects('x')
---
-- escape: files: FROM read_duckdb('x')
SELECT * FROM read_duckdb('x')
---
-- escape: internals: FROM seq_scan('t')
SELECT * FROM seq_scan('t')
---
-- escape: addresses of the process: FROM arrow_scan(1, 2, 3)
SELECT * FROM arrow_scan(1, 2, 3)
---
-- escape: addresses of the process: FROM arrow_scan_dumb(1, 2, 3)
SELECT * FROM arrow_scan_dumb(1, 2, 3)
---
-- escape: addresses of the process: FROM pandas_scan(1)
SELECT * FROM pandas_scan(1)
---
-- escape: names: FROM sql_auto_complete('SELECT ')
SELECT * FROM sql_auto_complete('SELECT ')
---
-- escape: secrets: FROM which_secret('s3://x', 's3')
SELECT * FROM which_secret('s3://x', 's3')
---
-- escape: secrets: FROM load_aws_credentials()
SELECT * FROM load_aws_credentials()
---
-- escape: internals: FROM test_all_types()
SELECT * FROM test_all_types()
---
-- escape: internals: FROM summary((FROM t))
SELECT * FROM summary((FROM t))
---
-- escape: a log file: FROM enable_logging('QueryLog', storage := 'file', storage_path := 'x')
SELECT * FROM enable_logging('QueryLog', storage := 'file', storage_path := 'x')
---
-- escape: logs: FROM parse_duckdb_log_message('QueryLog', 'x')
SELECT * FROM parse_duckdb_log_message('QueryLog', 'x')
---
-- escape: logs: FROM truncate_duckdb_logs()
SELECT * FROM truncate_duckdb_logs()
---
-- escape: state: FROM force_checkpoint()
SELECT * FROM force_checkpoint()
---
-- escape: plans: FROM from_substrait('x')
SELECT * FROM from_substrait('x')
---
-- escape: parser: FROM check_peg_parser('SELECT 1')
SELECT * FROM check_peg_parser('SELECT 1')
---
-- escape: the inner function of vector_search: FROM lakehouse_vector_hits('a', 'b', 1, NULL, NULL)
SELECT * FROM lakehouse_vector_hits('a', 'b', 1, NULL, NULL)
---
-- escape: a folder of the bucket: FROM "datasets"
SELECT * FROM "datasets"
---
-- escape: data files: FROM 'datasets/t/*.parquet'
SELECT * FROM 'datasets/t/*.parquet'
---
-- escape: a way out of the folder: FROM "../data/objects"
SELECT * FROM "../data/objects"
---
-- escape: the net: FROM 's3://bucket/x.parquet'
SELECT * FROM 's3://bucket/x.parquet'
---
-- escape: the net: FROM 'http://127.0.0.1:1/x.csv'
SELECT * FROM 'http://127.0.0.1:1/x.csv'
---
-- escape: a file by URL: FROM "file:///etc/passwd"
SELECT * FROM "file:///etc/passwd"
---
-- escape: the environment: FROM '/proc/self/environ'
SELECT * FROM '/proc/self/environ'
---
-- escape: a device: FROM '/dev/stdin'
SELECT * FROM '/dev/stdin'
---
-- escape: a database file: FROM 't.db'
SELECT * FROM 't.db'
---
-- escape: a blob as a table: FROM x'61'
SELECT * FROM x'61'
---
-- escape: a table function of the catalog by its full name
SELECT * FROM system.main.duckdb_settings()
---
-- escape: a table function in mixed case and quotes
SELECT * FROM "Read_Text"('/etc/passwd')
---
-- escape: a table function in IN
SELECT 1 WHERE 'x' IN (SELECT content FROM read_text('/etc/hostname'))
---
-- escape: a table function in ORDER BY
SELECT id FROM t ORDER BY (SELECT count(*) FROM glob('/etc/*')) + id
---
-- escape: a table function in QUALIFY
SELECT id FROM t QUALIFY row_number() OVER (ORDER BY id) = (SELECT count(*) FROM duckdb_settings())
---
-- escape: a table function in a window frame
SELECT sum(id) OVER (ORDER BY id ROWS (SELECT count(*) FROM duckdb_settings()) PRECEDING) FROM t
---
-- escape: a table function in FILTER
SELECT count(*) FILTER (WHERE EXISTS (FROM duckdb_settings())) FROM t
---
-- escape: a table function in LIMIT
SELECT id FROM t LIMIT (SELECT count(*) FROM read_text('/etc/hostname'))
---
-- escape: a table function in OFFSET
SELECT id FROM t OFFSET (SELECT count(*) FROM duckdb_views())
---
-- escape: a table function in VALUES
VALUES ((SELECT max(value) FROM duckdb_settings()))
---
-- escape: a table function in a lambda
SELECT list_transform([1], x -> (SELECT max(value) FROM duckdb_settings()))
---
-- escape: a table function in a list comprehension
SELECT [(SELECT count(*) FROM duckdb_views()) FOR x IN [1, 2]]
---
-- escape: a table function in ORDER BY of an aggregate
SELECT string_agg(k ORDER BY (SELECT count(*) FROM duckdb_views())) FROM t
---
-- escape: a table function in DISTINCT ON
SELECT DISTINCT ON ((SELECT count(*) FROM duckdb_views())) k FROM t
---
-- escape: a table function in GROUPING SETS
SELECT count(*) FROM t GROUP BY GROUPING SETS ((k), ((SELECT count(*) FROM duckdb_views())))
---
-- escape: a table function in HAVING
SELECT k FROM t GROUP BY k HAVING count(*) = (SELECT count(*) FROM duckdb_databases())
---
-- escape: a table function in a join condition
SELECT * FROM t a JOIN t b ON EXISTS (FROM glob('*'))
---
-- escape: a table function in CASE
SELECT CASE WHEN true THEN (SELECT max(file) FROM glob('/*')) END
---
-- escape: a table function in a struct, a map and a row
SELECT {'a': (SELECT max(path) FROM duckdb_databases())}, MAP {1: 2}, ROW((SELECT 1))
---
-- escape: a table function as an argument of range
SELECT * FROM range((SELECT count(*) FROM duckdb_settings()))
---
-- escape: a table function as an argument of unnest
SELECT * FROM unnest((SELECT list(value) FROM duckdb_settings()))
---
-- escape: a table function as an argument of json_each
SELECT * FROM json_each((SELECT json_group_array(value) FROM duckdb_settings()))
---
-- escape: a table function in REPLACE of a star
SELECT * REPLACE ((SELECT max(path) FROM duckdb_databases()) AS k) FROM t
---
-- escape: a table function in COLUMNS
SELECT COLUMNS(c -> c IN (SELECT name FROM duckdb_settings())) FROM t
---
-- escape: a table function in UNPIVOT
UNPIVOT (FROM duckdb_settings()) ON name, value
---
-- escape: a table function as the source of PIVOT
PIVOT duckdb_settings() ON name USING max(value)
---
-- escape: a file as the source of PIVOT
PIVOT 'x.csv' ON a
---
-- escape: a subquery in the ON of PIVOT
PIVOT t ON (SELECT max(sql) FROM duckdb_views()) USING count(*)
---
-- escape: a subquery in the USING of PIVOT
PIVOT t ON k USING max((SELECT max(sql) FROM duckdb_views()))
---
-- escape: a value list of PIVOT by a query
PIVOT t ON k IN (SELECT path FROM duckdb_databases()) USING count(*)
---
-- escape: a value list of PIVOT by an enum name
PIVOT t ON k IN duckdb_views USING count(*)
---
-- escape: PIVOT with a comment that hides its words
PIVOT /* ON */ t ON /* IN (*/ k /*)*/ USING count(*)
---
-- escape: PIVOT whose expression holds a quote and a comment
PIVOT t ON (k || ' IN ('' -- x') USING count(*)
---
-- escape: PIVOT whose values carry quotes and text of SQL
PIVOT (SELECT 'a'') UNION ALL SELECT path FROM duckdb_databases() -- ' AS k) ON k USING count(*)
---
-- escape: PIVOT in dollar quotes
PIVOT t ON $$k$$ USING count(*)
---
-- escape: PIVOT with ON inside a string
PIVOT (SELECT ' ON ' AS k) ON k
---
-- escape: PIVOT in a subquery without values
SELECT * FROM (PIVOT t ON k USING count(*))
---
-- escape: two PIVOTs
PIVOT (PIVOT t ON k USING count(*)) ON id USING count(*)
---
-- escape: a positional join with the engine's view
SELECT * FROM t POSITIONAL JOIN duckdb_views
---
-- escape: an ASOF join with the engine's view
SELECT * FROM t ASOF JOIN pg_class ON t.id >= pg_class.oid
---
-- escape: a semi join with the engine's view
FROM t SEMI JOIN sqlite_master ON true
---
-- escape: SAMPLE of the engine's view
SELECT * FROM duckdb_views USING SAMPLE 1
---
-- escape: TABLE statement of the engine's view
TABLE duckdb_views
---
-- escape: a form of SHOW, DESCRIBE or SUMMARIZE
DESCRIBE duckdb_settings
---
-- escape: a form of SHOW, DESCRIBE or SUMMARIZE
SUMMARIZE duckdb_settings
---
-- escape: a form of SHOW, DESCRIBE or SUMMARIZE
SUMMARIZE 'x.csv'
---
-- escape: a form of SHOW, DESCRIBE or SUMMARIZE
DESCRIBE FROM '/etc/passwd'
---
-- escape: a form of SHOW, DESCRIBE or SUMMARIZE
SHOW duckdb_views
---
-- escape: a form of SHOW, DESCRIBE or SUMMARIZE
SHOW t
---
-- escape: a form of SHOW, DESCRIBE or SUMMARIZE
SHOW TABLES FROM system
---
-- escape: a form of SHOW, DESCRIBE or SUMMARIZE
SHOW TABLES FROM memory.main
---
-- escape: a form of SHOW, DESCRIBE or SUMMARIZE
SHOW TABLES FROM information_schema
---
-- escape: a form of SHOW, DESCRIBE or SUMMARIZE
SHOW ALL
---
-- escape: a form of SHOW, DESCRIBE or SUMMARIZE
SHOW timezone
---
-- escape: a form of SHOW, DESCRIBE or SUMMARIZE
SHOW SCHEMAS
---
-- escape: a form of SHOW, DESCRIBE or SUMMARIZE
SHOW FUNCTIONS
---
-- escape: a form of SHOW, DESCRIBE or SUMMARIZE
SHOW temp_directory
---
-- escape: a form of SHOW, DESCRIBE or SUMMARIZE
DESCRIBE DATABASES
---
-- escape: a form of SHOW, DESCRIBE or SUMMARIZE
FROM (SHOW DATABASES)
---
-- escape: a form of SHOW, DESCRIBE or SUMMARIZE
FROM (DESCRIBE duckdb_views)
---
-- escape: a form of SHOW, DESCRIBE or SUMMARIZE
FROM (SUMMARIZE duckdb_databases)
---
-- escape: a form of SHOW, DESCRIBE or SUMMARIZE
FROM (SHOW ALL TABLES)
---
-- escape: a form of SHOW, DESCRIBE or SUMMARIZE
DESCRIBE SELECT * FROM read_text('x')
---
-- escape: a form of SHOW, DESCRIBE or SUMMARIZE
SHOW (SELECT * FROM duckdb_settings())
---
-- escape: a form of SHOW, DESCRIBE or SUMMARIZE
DESC t
---
-- escape: a form of SHOW, DESCRIBE or SUMMARIZE
SELECT * FROM (SHOW TABLES FROM system)
---
-- escape: file columns of a dataset
SELECT filename, file_index, file_row_number FROM workers LIMIT 1
---
-- escape: file columns by star
SELECT COLUMNS('file.*') FROM t
---
-- escape: every column of every kind
SELECT COLUMNS(c -> true), rowid, t.rowid FROM t
---
-- escape: rowid
SELECT rowid FROM workers LIMIT 3
---
-- escape: a struct of the whole row
SELECT t, struct_keys(t), typeof(t) FROM t
---
-- escape: the relation's columns by position
SELECT #1, #2, #3 FROM t ORDER BY #3
---
-- escape: a position that is not there
SELECT #99 FROM t
---
-- escape: tableoid and kin
SELECT tableoid, ctid, oid FROM t
---
-- escape: system columns of a range
SELECT rowid, range.rowid, * FROM range(2)
---
-- escape: an error that carries data
SELECT error(string_agg(k, ',')) FROM t
---
-- escape: an error that carries what a cast was given
SELECT CAST(email AS INT) FROM workers
---
-- escape: an error of a view's name
SELECT nope FROM workers
---
-- escape: an error that may list candidates from the catalog
SELECT * FROM worker
---
-- escape: an error that may list functions
SELECT read_txt('x')
---
-- escape: an error that may list settings
SELECT current_settin('x')
---
-- escape: an error of a schema that is not there
SELECT * FROM nope.nope.t
---
-- escape: an error of a catalog function
SELECT system.main.nope(1)
---
-- escape: version, user and catalog, which are harmless
SELECT version(), current_user, current_database(), current_schema(), session_user, user
---
-- escape: EXPLAIN ANALYZE of two data sets
EXPLAIN ANALYZE SELECT count(*) FROM workers w JOIN t ON t.k = w.zip WHERE w.score > 0.5
---
-- escape: EXPLAIN of a dataset in small letters and a comment
explain /* analyze */ FROM workers WHERE worker_id = 'x'
---
-- escape: EXPLAIN ANALYZE of a statement that fails while it runs
EXPLAIN ANALYZE SELECT error(email) FROM workers
---
-- escape: EXPLAIN with options in parentheses
EXPLAIN (ANALYZE, FORMAT JSON) SELECT * FROM workers
---
-- escape: EXPLAIN with a format of graphviz
EXPLAIN (FORMAT graphviz) FROM t
---
-- escape: EXPLAIN of a statement in parentheses
EXPLAIN (SELECT * FROM workers)
---
-- escape: EXPLAIN with ANALYSE as British write it
EXPLAIN ANALYSE SELECT * FROM workers
---
-- escape: EXPLAIN ANALYZE VERBOSE
EXPLAIN ANALYZE VERBOSE SELECT * FROM workers
---
-- escape: a function that is not for queries, or harmless
SELECT getenv('PATH')
---
-- escape: a function that is not for queries, or harmless
SELECT current_setting('allowed_directories')
---
-- escape: a function that is not for queries, or harmless
SELECT current_query()
---
-- escape: a function that is not for queries, or harmless
SELECT current_query_id()
---
-- escape: a function that is not for queries, or harmless
SELECT current_connection_id()
---
-- escape: a function that is not for queries, or harmless
SELECT current_transaction_id()
---
-- escape: a function that is not for queries, or harmless
SELECT txid_current()
---
-- escape: a function that is not for queries, or harmless
SELECT in_search_path('memory', 'main')
---
-- escape: a function that is not for queries, or harmless
SELECT pg_get_viewdef(0)
---
-- escape: a function that is not for queries, or harmless
SELECT pg_get_expr('x', 0)
---
-- escape: a function that is not for queries, or harmless
SELECT pg_get_constraintdef(1)
---
-- escape: a function that is not for queries, or harmless
SELECT obj_description(1, 'pg_class')
---
-- escape: a function that is not for queries, or harmless
SELECT has_table_privilege('t', 'select')
---
-- escape: a function that is not for queries, or harmless
SELECT pg_table_is_visible(1)
---
-- escape: a function that is not for queries, or harmless
SELECT json_deserialize_sql('{}')
---
-- escape: a function that is not for queries, or harmless
SELECT json_serialize_sql('SELECT 1')
---
-- escape: a function that is not for queries, or harmless
SELECT getvariable('a')
---
-- escape: a function that is not for queries, or harmless
SELECT currval('s')
---
-- escape: a function that is not for queries, or harmless
SELECT setseed(0.1)
---
-- escape: a function that is not for queries, or harmless
SELECT sleep_ms(1000)
---
-- escape: a function that is not for queries, or harmless
SELECT write_log('x')
---
-- escape: a function that is not for queries, or harmless
SELECT is_histogram_other_bin(1)
---
-- escape: a function that is not for queries, or harmless
SELECT create_sort_key(1, 'ASC')
---
-- escape: a function that is not for queries, or harmless
SELECT constant_or_null(1, 1)
---
-- escape: a function that is not for queries, or harmless
SELECT stats(1)
---
-- escape: a function that is not for queries, or harmless
SELECT vector_type(1)
---
-- escape: a function that is not for queries, or harmless
SELECT __internal_compress_string_uint64('a')
---
-- escape: a function that is not for queries, or harmless
SELECT __internal_decompress_string(1)
---
-- escape: a function that is not for queries, or harmless
SELECT lakehouse_vector_hits('i', 'q', 1, NULL, NULL)
---
-- escape: a function that is not for queries, or harmless
SELECT add_parquet_key('k', 'x')
---
-- escape: a function that is not for queries, or harmless
SELECT parse_duckdb_log_message('x', 'y')
---
-- escape: a function that is not for queries, or harmless
SELECT query('SELECT 1')
---
-- escape: a function that is not for queries, or harmless
SELECT system.main.read_text('/etc/passwd')
---
-- escape: a function that is not for queries, or harmless
SELECT main.current_setting('threads')
---
-- escape: a function that is not for queries, or harmless
SELECT pg_catalog.current_setting('threads')
---
-- escape: a function that is not for queries, or harmless
SELECT can_cast_implicitly(1, 2)
---
-- escape: a function that is not for queries, or harmless
SELECT replace_type(1, 'a', 'b')
---
-- escape: a function that is not for queries, or harmless
SELECT cast_to_type('1', 2)
---
-- escape: a function that is not for queries, or harmless
SELECT finalize(1)
---
-- escape: a function that is not for queries, or harmless
SELECT combine(1, 2)
---
-- escape: a function that is not for queries, or harmless
SELECT alias(1)
---
-- escape: a function that is not for queries, or harmless
SELECT invoke(x -> x, 1)
---
-- escape: a function that is not for queries, or harmless
SELECT "current_setting"('temp_directory')
---
-- escape: a function that is not for queries, or harmless
SELECT if(true, current_setting('temp_directory'), '')
---
-- escape: a function that is not for queries, or harmless
SELECT list_aggregate(['a'], 'current_setting')
---
-- escape: a function that is not for queries, or harmless
SELECT list_aggr([1, 2], 'nextval')
---
-- escape: a function that is not for queries, or harmless
SELECT array_apply(['temp_directory'], x -> current_setting(x))
---
-- escape: a function that is not for queries, or harmless
SELECT try(current_setting('x'))
---
-- escape: a function that is not for queries, or harmless
SELECT unnest(glob('*'))
---
-- escape: a function that is not for queries, or harmless
SELECT write_blob('x', 'y'::BLOB)
---
-- escape: a function that is not for queries, or harmless
SELECT random()
---
-- escape: a function as a method
SELECT 'temp_directory'.current_setting()
---
-- escape: a function as an operator of the catalog
SELECT 1 OPERATOR(main.+) 2
---
-- escape: a function as a window
SELECT current_setting('threads') OVER ()
---
-- escape: a function in a positional macro
SELECT system.main.list_aggregate([1, 2], 'sum')
---
-- escape: schema-qualified and allowed
SELECT main.abs(-1), system.main.abs(-1), pg_catalog.abs(-1)
---
-- escape: a cast to a type of another schema
SELECT 1::pg_catalog.int4, 1::main.integer, 1::system.main.integer
---
-- escape: a cast to a type that is nothing
SELECT 1::duckdb_views
---
-- escape: a cast to oid kin
SELECT 'pg_class'::regclass
---
-- escape: a COLLATE of nothing
SELECT 'a' COLLATE "/etc/passwd"
---
-- escape: AT of a version
SELECT * FROM t AT (VERSION => 1)
---
-- escape: AT of a time with a subquery
SELECT * FROM t AT (TIMESTAMP => (SELECT now()))
---
-- escape: lambda parameter named as a function of the engine
SELECT list_transform(['x'], current_setting -> current_setting)
---
-- escape: alias of a table named as a view of the engine
SELECT duckdb_views.* FROM t AS duckdb_views
---
-- escape: a variable of the session
SELECT $x, $1, :a
---
-- escape: unicode escapes in an identifier
SELECT * FROM U&"duckdb\005Fviews"
---
-- escape: unicode escapes in a string
SELECT U&'\0061'
---
-- escape: E string as a file
SELECT * FROM E'\x2fetc\x2fpasswd'
---
-- escape: dollar quotes as a file
SELECT * FROM $$/etc/passwd$$
---
-- escape: tagged dollar quotes
SELECT $a$; DROP VIEW t; $a$
---
-- escape: a comment inside a name
SELECT * FROM duckdb/**/_views()
---
-- escape: a comment between a name and its parenthesis
SELECT * FROM read_text/* x */('/etc/passwd')
---
-- escape: nested comments
SELECT /* /* */ 1; DROP VIEW t; /* */ */ 2
---
-- escape: an open comment
SELECT 1 /* DROP VIEW t
---
-- escape: an open string
SELECT 'abc
---
-- escape: an open quoted name
SELECT * FROM "t
---
-- escape: a line comment ended by a carriage return only
SELECT 1 -- x{{U+0D}}; DROP VIEW t
---
-- escape: a line separator of Unicode after a comment
SELECT 1 -- x{{U+2028}}, (SELECT max(sql) FROM duckdb_views())
---
-- escape: EXPLAIN after a comment that ends by carriage return for one reader only
-- x{{U+0D}}EXPLAIN ANALYZE SELECT 1
---
-- escape: EXPLAIN behind blanks of Unicode
{{U+2003}}EXPLAIN{{U+A0}}ANALYZE{{U+3000}}SELECT 1
---
-- escape: EXPLAIN behind a nested comment
/* /* */ EXPLAIN */ SELECT 1
---
-- escape: a byte order mark
{{U+FEFF}}SELECT 1
---
-- escape: a byte order mark in the midst
SELECT{{U+FEFF}} 1
---
-- escape: no-break spaces
SELECT{{U+A0}}*{{U+A0}}FROM{{U+A0}}duckdb_views()
---
-- escape: a zero-width space in a name
SELECT * FROM duckdb{{U+200B}}_views
---
-- escape: full-width letters
SELECT * FROM {{U+FF44}}uckdb_views()
---
-- escape: a Kelvin sign, which is a k in lower case
SELECT * FROM duc{{U+212A}}db_views()
---
-- escape: a dotless i and a long s
SELECT * FROM duckdb_v{{U+131}}ew{{U+17F}}
---
-- escape: right-to-left marks
SELECT {{U+202E}}1{{U+202C}}
---
-- escape: NUL
SELECT 1{{U+0}}; DROP VIEW t
---
-- escape: NUL in a string
SELECT 'a{{U+0}}b'
---
-- escape: vertical tab, form feed and the rest of the control characters
SELECT{{U+0B}}1{{U+0C}},{{U+1F}}2{{U+7F}}
---
-- escape: a character beyond the basic plane
SELECT '{{1000*{{U+1F469}}{{U+200D}}}}', length('{{500*{{U+1F469}}}}')
---
-- escape: two statements
SELECT 1; SELECT 2
---
-- escape: many semicolons
;;;SELECT 1;;;;
---
-- escape: only semicolons
{{1000*;}}
---
-- escape: two statements of 20,000
{{20000*SELECT #;}}
---
-- escape: a statement after a comment
SELECT 1; -- x
DROP VIEW t
---
-- escape: two statements by a full-width semicolon
SELECT 1{{U+FF1B}} DROP VIEW t
---
-- escape: a query after a Greek question mark, which looks like a semicolon
SELECT 1{{U+37E}} DROP VIEW t
---
-- escape: a backslash command
\d t
---
-- escape: a dot command
.open x
---
-- escape: a statement that is no query
PREPARE p AS SELECT 1
---
-- escape: a statement that is no query
EXECUTE p(1)
---
-- escape: a statement that is no query
DEALLOCATE p
---
-- escape: a statement that is no query
COPY (SELECT 1) TO 'x.csv'
---
-- escape: a statement that is no query
COPY t FROM 'x.csv'
---
-- escape: a statement that is no query
ATTACH 'x.db' AS x (READ_ONLY)
---
-- escape: a statement that is no query
ATTACH ':memory:' AS z
---
-- escape: a statement that is no query
DETACH memory
---
-- escape: a statement that is no query
CREATE SECRET s (TYPE s3)
---
-- escape: a statement that is no query
CREATE TEMP TABLE x AS FROM t
---
-- escape: a statement that is no query
CREATE MACRO m() AS 1
---
-- escape: a statement that is no query
CREATE OR REPLACE VIEW workers AS SELECT 1
---
-- escape: a statement that is no query
CREATE TYPE e AS ENUM ('a')
---
-- escape: a statement that is no query
CREATE SEQUENCE s
---
-- escape: a statement that is no query
CREATE SCHEMA x
---
-- escape: a statement that is no query
ALTER VIEW t RENAME TO u
---
-- escape: a statement that is no query
INSERT INTO t FROM t
---
-- escape: a statement that is no query
MERGE INTO t USING workers ON true WHEN MATCHED THEN DELETE
---
-- escape: a statement that is no query
TRUNCATE t
---
-- escape: a statement that is no query
UPDATE t SET v = 0
---
-- escape: a statement that is no query
DELETE FROM workers
---
-- escape: a statement that is no query
COMMENT ON VIEW t IS 'x'
---
-- escape: a statement that is no query
SET memory_limit = '100GB'
---
-- escape: a statement that is no query
SET SESSION search_path = 'system'
---
-- escape: a statement that is no query
RESET ALL
---
-- escape: a statement that is no query
PRAGMA database_list
---
-- escape: a statement that is no query
PRAGMA enable_profiling
---
-- escape: a statement that is no query
PRAGMA threads = 64
---
-- escape: a statement that is no query
CALL duckdb_settings()
---
-- escape: a statement that is no query
BEGIN TRANSACTION
---
-- escape: a statement that is no query
ROLLBACK
---
-- escape: a statement that is no query
CHECKPOINT
---
-- escape: a statement that is no query
VACUUM ANALYZE
---
-- escape: a statement that is no query
LOAD json
---
-- escape: a statement that is no query
INSTALL httpfs FROM 'http://127.0.0.1:1'
---
-- escape: a statement that is no query
FORCE CHECKPOINT
---
-- escape: a statement that is no query
USE system
---
-- escape: a statement that is no query
EXPORT DATABASE 'x'
---
-- escape: a statement that is no query
IMPORT DATABASE 'x'
---
-- escape: a statement that is no query
UPDATE EXTENSIONS
---
-- escape: a statement that is no query
WITH x AS (INSERT INTO t VALUES (1, 'a', 1) RETURNING *) SELECT * FROM x
---
-- escape: a statement that is no query
WITH x AS (DELETE FROM t) SELECT 1
---
-- escape: a statement that is no query
SELECT 1 INTO x
---
-- escape: a statement that is no query
SELECT * INTO x FROM t
---
-- escape: a statement that is no query
EXPLAIN SET threads = 1
---
-- escape: a statement that is no query
EXPLAIN ANALYZE CREATE TABLE x AS SELECT 1
---
-- escape: a statement that is no query
EXPLAIN ANALYZE EXPLAIN SELECT 1
---
-- escape: a statement that is no query
EXPLAIN CALL duckdb_views()
---
-- escape: a statement that is no query
GRANT ALL ON t TO x
---
-- escape: a statement that is no query
LISTEN x
---
-- escape: a statement that is no query
DO $$ x $$
---
-- escape: a statement that is no query
KILL 1
---
-- escape: vector_search of an index that is not there
SELECT * FROM vector_search('../../etc', 'x')
---
-- escape: vector_search with a filter of hostile text
SELECT * FROM vector_search('workers', 'x', filter := '{{2000*[}}')
---
-- escape: vector_search with k beyond all
SELECT * FROM vector_search('workers', [1.0::FLOAT], k := 9223372036854775807)
---
-- escape: embed of many rows
SELECT count(embed(resume_text)) FROM workers
---
-- escape: embed of huge texts
SELECT len(embed(string_agg(resume_text, ''))) FROM workers
---
-- escape: embed with a model of hostile name
SELECT embed('x', '../../../etc/passwd')
---
-- escape: a recursive listing by information_schema
SELECT * FROM information_schema.tables a, information_schema.columns b, information_schema.schemata c
---
-- escape: columns of the information schema hold no path
SELECT COLUMNS(*)::VARCHAR FROM information_schema.schemata
---
-- escape: the listing of the system's own catalog
SELECT * FROM system.information_schema.tables
---
-- escape: the listing of columns of the system's own catalog
SELECT * FROM system.information_schema.columns
---
-- escape: an inner common table of the name of an outer one
WITH duckdb_views AS (SELECT 1 AS sql) SELECT * FROM t, (WITH duckdb_views AS (SELECT * FROM duckdb_views) SELECT * FROM duckdb_views)
---
-- escape: an inner recursion of the name of an outer common table
WITH duckdb_views AS (SELECT 'x' AS sql) SELECT * FROM t, (WITH RECURSIVE duckdb_views AS (SELECT sql FROM duckdb_views UNION ALL SELECT sql FROM duckdb_views WHERE false) SELECT * FROM duckdb_views)
---
-- escape: the outer recursion's name read in an inner common table of the first arm
WITH RECURSIVE duckdb_views AS (SELECT t.id, x.sql FROM t, (WITH y AS (SELECT sql FROM duckdb_views) FROM y) x UNION ALL SELECT * FROM duckdb_views WHERE false) SELECT * FROM duckdb_views
---
-- escape: in a union of three arms the first two are the start
WITH RECURSIVE duckdb_views AS ((SELECT 'a' AS sql FROM t UNION ALL SELECT sql FROM duckdb_views) UNION ALL SELECT sql FROM duckdb_views WHERE false) SELECT * FROM duckdb_views
---
-- escape: a common table used in a lateral join that defines it anew
WITH sqlite_master AS (SELECT 1 AS sql) SELECT * FROM t, LATERAL (WITH sqlite_master AS (SELECT sql FROM sqlite_master) SELECT * FROM sqlite_master) x
---
-- escape: the name is known to the gate in ORDER BY of a union, after its arms
(WITH duckdb_views AS (SELECT 1 AS sql) SELECT sql FROM duckdb_views) UNION ALL (SELECT id FROM t) ORDER BY (SELECT max(1) FROM duckdb_views)
---
-- escape: the name in a modifier of the query that defines it
WITH duckdb_views AS (SELECT 1 AS sql) SELECT k FROM t UNION ALL SELECT 'x' ORDER BY 1 LIMIT (SELECT count(*) FROM duckdb_views)
---
-- escape: a common table read in another schema by its plain name
WITH sqlite_master AS (SELECT 1) SELECT * FROM t, main.sqlite_master
---
-- escape: a common table whose name is a dataset's, in the first arm of its recursion, qualified
WITH RECURSIVE t AS (SELECT id FROM main.t UNION ALL SELECT id FROM t WHERE false) SELECT * FROM t
---
-- escape: PIVOT of a common table of the engine's name
WITH duckdb_views AS (SELECT k AS sql FROM t) PIVOT duckdb_views ON sql USING count(*)
---
-- escape: PIVOT in brackets after a common table of the engine's name
WITH duckdb_views AS (SELECT k AS sql FROM t) SELECT * FROM (PIVOT (SELECT sql FROM duckdb_views) ON sql IN ('a') USING count(*))
---
-- escape: the common table is read by SUMMARIZE and DESCRIBE in brackets
WITH duckdb_views AS (SELECT k AS sql FROM t) SELECT * FROM (SUMMARIZE duckdb_views)
---
-- escape: DESCRIBE in brackets of a common table of the engine's name
WITH duckdb_databases AS (SELECT k AS sql FROM t) SELECT * FROM (DESCRIBE duckdb_databases)
---
-- escape: SUMMARIZE of a query behind a common table
WITH duckdb_databases AS (SELECT 1 AS a) SELECT * FROM t, (SUMMARIZE SELECT * FROM duckdb_databases)
---
-- escape: a view of the engine by a table name with trailing blanks
SELECT * FROM "duckdb_views "
---
-- escape: EXPLAIN ANALYZE of a dataset, boxes that break long paths
EXPLAIN ANALYZE SELECT count(*), max(resume_text) FROM workers JOIN t ON workers.score > t.v GROUP BY ALL ORDER BY 1
---
-- escape: EXPLAIN of wide boxes beside each other
EXPLAIN ANALYZE SELECT * FROM workers a, workers b, t c, t d, t e WHERE a.worker_id = b.worker_id AND c.id = d.id AND d.id = e.id AND a.score = c.v
---
-- escape: recursion over pg_am
WITH RECURSIVE pg_am AS (SELECT pg_am.* FROM (SELECT count(*) AS n FROM t) z, pg_am UNION ALL SELECT * FROM pg_am WHERE false) SELECT * FROM pg_am
---
-- escape: recursion over pg_attrdef
WITH RECURSIVE pg_attrdef AS (SELECT pg_attrdef.* FROM (SELECT count(*) AS n FROM t) z, pg_attrdef UNION ALL SELECT * FROM pg_attrdef WHERE false) SELECT * FROM pg_attrdef
---
-- escape: recursion over pg_attribute
WITH RECURSIVE pg_attribute AS (SELECT pg_attribute.* FROM (SELECT count(*) AS n FROM t) z, pg_attribute UNION ALL SELECT * FROM pg_attribute WHERE false) SELECT * FROM pg_attribute
---
-- escape: recursion over pg_constraint
WITH RECURSIVE pg_constraint AS (SELECT pg_constraint.* FROM (SELECT count(*) AS n FROM t) z, pg_constraint UNION ALL SELECT * FROM pg_constraint WHERE false) SELECT * FROM pg_constraint
---
-- escape: recursion over pg_database
WITH RECURSIVE pg_database AS (SELECT pg_database.* FROM (SELECT count(*) AS n FROM t) z, pg_database UNION ALL SELECT * FROM pg_database WHERE false) SELECT * FROM pg_database
---
-- escape: recursion over pg_depend
WITH RECURSIVE pg_depend AS (SELECT pg_depend.* FROM (SELECT count(*) AS n FROM t) z, pg_depend UNION ALL SELECT * FROM pg_depend WHERE false) SELECT * FROM pg_depend
---
-- escape: recursion over pg_description
WITH RECURSIVE pg_description AS (SELECT pg_description.* FROM (SELECT count(*) AS n FROM t) z, pg_description UNION ALL SELECT * FROM pg_description WHERE false) SELECT * FROM pg_description
---
-- escape: recursion over pg_enum
WITH RECURSIVE pg_enum AS (SELECT pg_enum.* FROM (SELECT count(*) AS n FROM t) z, pg_enum UNION ALL SELECT * FROM pg_enum WHERE false) SELECT * FROM pg_enum
---
-- escape: recursion over pg_index
WITH RECURSIVE pg_index AS (SELECT pg_index.* FROM (SELECT count(*) AS n FROM t) z, pg_index UNION ALL SELECT * FROM pg_index WHERE false) SELECT * FROM pg_index
---
-- escape: recursion over pg_indexes
WITH RECURSIVE pg_indexes AS (SELECT pg_indexes.* FROM (SELECT count(*) AS n FROM t) z, pg_indexes UNION ALL SELECT * FROM pg_indexes WHERE false) SELECT * FROM pg_indexes
---
-- escape: recursion over pg_namespace
WITH RECURSIVE pg_namespace AS (SELECT pg_namespace.* FROM (SELECT count(*) AS n FROM t) z, pg_namespace UNION ALL SELECT * FROM pg_namespace WHERE false) SELECT * FROM pg_namespace
---
-- escape: recursion over pg_prepared_statements
WITH RECURSIVE pg_prepared_statements AS (SELECT pg_prepared_statements.* FROM (SELECT count(*) AS n FROM t) z, pg_prepared_statements UNION ALL SELECT * FROM pg_prepared_statements WHERE false) SELECT * FROM pg_prepared_statements
---
-- escape: recursion over pg_sequence
WITH RECURSIVE pg_sequence AS (SELECT pg_sequence.* FROM (SELECT count(*) AS n FROM t) z, pg_sequence UNION ALL SELECT * FROM pg_sequence WHERE false) SELECT * FROM pg_sequence
---
-- escape: recursion over pg_sequences
WITH RECURSIVE pg_sequences AS (SELECT pg_sequences.* FROM (SELECT count(*) AS n FROM t) z, pg_sequences UNION ALL SELECT * FROM pg_sequences WHERE false) SELECT * FROM pg_sequences
---
-- escape: recursion over pg_tablespace
WITH RECURSIVE pg_tablespace AS (SELECT pg_tablespace.* FROM (SELECT count(*) AS n FROM t) z, pg_tablespace UNION ALL SELECT * FROM pg_tablespace WHERE false) SELECT * FROM pg_tablespace
---
-- escape: recursion over pg_type
WITH RECURSIVE pg_type AS (SELECT pg_type.* FROM (SELECT count(*) AS n FROM t) z, pg_type UNION ALL SELECT * FROM pg_type WHERE false) SELECT * FROM pg_type
---
-- escape: recursion over pg_prepared_xacts
WITH RECURSIVE pg_prepared_xacts AS (SELECT pg_prepared_xacts.* FROM (SELECT count(*) AS n FROM t) z, pg_prepared_xacts UNION ALL SELECT * FROM pg_prepared_xacts WHERE false) SELECT * FROM pg_prepared_xacts
---
-- escape: recursion over duckdb_functions, which is no view by its plain name
WITH RECURSIVE duckdb_functions AS (SELECT duckdb_functions.* FROM (SELECT count(*) AS n FROM t) z, duckdb_functions UNION ALL SELECT * FROM duckdb_functions WHERE false) SELECT * FROM duckdb_functions
---
-- escape: recursion over duckdb_secrets, which is no view by its plain name
WITH RECURSIVE duckdb_secrets AS (SELECT duckdb_secrets.* FROM (SELECT count(*) AS n FROM t) z, duckdb_secrets UNION ALL SELECT * FROM duckdb_secrets WHERE false) SELECT * FROM duckdb_secrets
---
-- escape: recursion over duckdb_extensions, which is no view by its plain name
WITH RECURSIVE duckdb_extensions AS (SELECT duckdb_extensions.* FROM (SELECT count(*) AS n FROM t) z, duckdb_extensions UNION ALL SELECT * FROM duckdb_extensions WHERE false) SELECT * FROM duckdb_extensions
---
-- escape: recursion over duckdb_memory, which is no view by its plain name
WITH RECURSIVE duckdb_memory AS (SELECT duckdb_memory.* FROM (SELECT count(*) AS n FROM t) z, duckdb_memory UNION ALL SELECT * FROM duckdb_memory WHERE false) SELECT * FROM duckdb_memory
---
-- escape: recursion over duckdb_variables, which is no view by its plain name
WITH RECURSIVE duckdb_variables AS (SELECT duckdb_variables.* FROM (SELECT count(*) AS n FROM t) z, duckdb_variables UNION ALL SELECT * FROM duckdb_variables WHERE false) SELECT * FROM duckdb_variables
---
-- escape: recursion over schemata, which is no view by its plain name
WITH RECURSIVE schemata AS (SELECT schemata.* FROM (SELECT count(*) AS n FROM t) z, schemata UNION ALL SELECT * FROM schemata WHERE false) SELECT * FROM schemata
---
-- escape: recursion over tables, which is no view by its plain name
WITH RECURSIVE tables AS (SELECT tables.* FROM (SELECT count(*) AS n FROM t) z, tables UNION ALL SELECT * FROM tables WHERE false) SELECT * FROM tables
---
-- escape: recursion over columns, which is no view by its plain name
WITH RECURSIVE columns AS (SELECT columns.* FROM (SELECT count(*) AS n FROM t) z, columns UNION ALL SELECT * FROM columns WHERE false) SELECT * FROM columns
---
-- escape: recursion over views, which is no view by its plain name
WITH RECURSIVE views AS (SELECT views.* FROM (SELECT count(*) AS n FROM t) z, views UNION ALL SELECT * FROM views WHERE false) SELECT * FROM views
---
-- escape: recursion over character_sets, which is no view by its plain name
WITH RECURSIVE character_sets AS (SELECT character_sets.* FROM (SELECT count(*) AS n FROM t) z, character_sets UNION ALL SELECT * FROM character_sets WHERE false) SELECT * FROM character_sets
---
-- escape: recursion under a file name that a dataset could have
WITH RECURSIVE "a.csv" AS (SELECT * FROM "a.csv" UNION ALL SELECT * FROM "a.csv" WHERE false) SELECT * FROM "a.csv"
---
-- escape: recursion under a file name that a dataset could have
WITH RECURSIVE "a.json" AS (SELECT * FROM "a.json" UNION ALL SELECT * FROM "a.json" WHERE false) SELECT * FROM "a.json"
---
-- escape: recursion under a file name that a dataset could have
WITH RECURSIVE "a.ndjson" AS (SELECT * FROM "a.ndjson" UNION ALL SELECT * FROM "a.ndjson" WHERE false) SELECT * FROM "a.ndjson"
---
-- escape: recursion under a file name that a dataset could have
WITH RECURSIVE "a.jsonl" AS (SELECT * FROM "a.jsonl" UNION ALL SELECT * FROM "a.jsonl" WHERE false) SELECT * FROM "a.jsonl"
---
-- escape: recursion under a file name that a dataset could have
WITH RECURSIVE "a.tsv" AS (SELECT * FROM "a.tsv" UNION ALL SELECT * FROM "a.tsv" WHERE false) SELECT * FROM "a.tsv"
---
-- escape: recursion under a file name that a dataset could have
WITH RECURSIVE "a.parquet.gz" AS (SELECT * FROM "a.parquet.gz" UNION ALL SELECT * FROM "a.parquet.gz" WHERE false) SELECT * FROM "a.parquet.gz"
---
-- escape: recursion under a file name that a dataset could have
WITH RECURSIVE "a.db" AS (SELECT * FROM "a.db" UNION ALL SELECT * FROM "a.db" WHERE false) SELECT * FROM "a.db"
---
-- starvation: an endless answer
SELECT a.i, b.i FROM range(1000000000) a(i), range(1000000000) b(i)
---
-- starvation: an endless answer of small rows
FROM range(9223372036854775807)
---
-- starvation: an endless answer of large texts
SELECT repeat('x', 1000), repeat('y', 1000) FROM range(1000000000)
---
-- starvation: an endless answer of nested values
SELECT {'a': [i, i], 'b': MAP {i: {'c': [[i]]}}} FROM range(1000000000) r(i)
---
-- starvation: an endless answer that escapes each byte
SELECT repeat(chr(1), 1000) FROM range(1000000000)
---
-- starvation: an answer of nothing, after all the work
SELECT a.i FROM range(10000000) a(i), range(10000000) b(i) WHERE a.i + b.i < 0
---
-- starvation: rows that come ever more slowly
SELECT i FROM range(1000000000) r(i) WHERE hash(i) % 50000000 = 0
---
-- starvation: one giant cell
SELECT string_agg(resume_text, '') FROM workers, range(30)
---
-- starvation: one giant cell at the limit of a text
SELECT string_agg(repeat('x', 1000), '') FROM range(4300000)
---
-- starvation: a giant cell in each row
SELECT (SELECT string_agg(resume_text, '') FROM workers) || i FROM range(1000) r(i)
---
-- starvation: one giant list
SELECT list(i) FROM range(30000000) r(i)
---
-- starvation: one giant list of structs
SELECT list({'i': i, 's': i::VARCHAR}) FROM range(10000000) r(i)
---
-- starvation: one giant blob
SELECT string_agg(repeat('x', 1000), '')::BLOB FROM range(200000)
---
-- starvation: one giant map
SELECT map_from_entries(list({'k': i, 'v': i})) FROM range(5000000) r(i)
---
-- starvation: one giant bit string
SELECT string_agg('10', '')::BIT FROM range(30000000)
---
-- starvation: a giant cell of JSON
SELECT json_group_array({'i': i, 's': md5(i::VARCHAR)}) FROM range(3000000) r(i)
---
-- starvation: a row of 10,000 columns, many times
SELECT {{10000*i + #|, }} FROM range(1000000) r(i)
---
-- starvation: a row of 4,000 texts
SELECT {{4000*repeat('x', 1000)|, }} FROM range(100000)
---
-- starvation: a row of 2,000 lists
SELECT {{2000*range(10000)|, }} FROM range(1000)
---
-- starvation: a column name of 200,000 bytes for few rows
SELECT i AS "{{200000*n}}" FROM range(100000000) r(i)
---
-- starvation: a sort that spills
SELECT * FROM (SELECT md5(i::VARCHAR) AS m, sha256(i::VARCHAR) AS s, i FROM range(100000000) r(i)) ORDER BY s, m LIMIT 1 OFFSET 99999999
---
-- starvation: a sort that spills, answered
SELECT sha256(i::VARCHAR) AS s FROM range(50000000) r(i) ORDER BY s
---
-- starvation: a sort of wide rows
SELECT * FROM workers, range(1000) ORDER BY resume_text, hash(range)
---
-- starvation: a sort by random
SELECT a.i FROM range(100000) a(i), range(100000) b(i) ORDER BY random()
---
-- starvation: a sort by a key of 1,000 columns
SELECT max(i) FROM (SELECT i FROM range(3000000) r(i) ORDER BY {{1000*hash(i + #)|, }} LIMIT 2000000)
---
-- starvation: a sort of lists and structs
SELECT l FROM (SELECT [hash(i), i, {{30*i % (# + 2)|, }}] AS l FROM range(20000000) r(i)) ORDER BY l
---
-- starvation: DISTINCT of random
SELECT count(*) FROM (SELECT DISTINCT random(), random() FROM range(1000000000))
---
-- starvation: DISTINCT of wide rows
SELECT count(*) FROM (SELECT DISTINCT w.*, i FROM workers w, range(10000) r(i))
---
-- starvation: DISTINCT ON with a sort
SELECT DISTINCT ON (hash(i)) i, md5(i::VARCHAR) FROM range(50000000) r(i) ORDER BY hash(i), i
---
-- starvation: count DISTINCT of texts
SELECT count(DISTINCT md5(i::VARCHAR)), count(DISTINCT sha1(i::VARCHAR)) FROM range(100000000) r(i)
---
-- starvation: 30 counts DISTINCT
SELECT {{30*count(DISTINCT hash(i + #))|, }} FROM range(50000000) r(i)
---
-- starvation: count DISTINCT within groups
SELECT i % 1000000, count(DISTINCT hash(i)) FROM range(100000000) r(i) GROUP BY 1
---
-- starvation: groups by a large key
SELECT repeat(md5(i::VARCHAR), 30) AS k, count(*) FROM range(50000000) r(i) GROUP BY k
---
-- starvation: groups that hold lists
SELECT i % 3000000 AS k, list(md5(i::VARCHAR)) FROM range(100000000) r(i) GROUP BY k
---
-- starvation: groups that hold texts
SELECT i % 100 AS k, length(string_agg(md5(i::VARCHAR), '')) FROM range(100000000) r(i) GROUP BY k
---
-- starvation: groups with 300 aggregates
SELECT i % 1000000 AS k, {{300*sum(i + #)|, }} FROM range(50000000) r(i) GROUP BY k
---
-- starvation: groups with states that are large
SELECT i % 100000 AS k, approx_quantile(i, 0.5), approx_count_distinct(i), histogram(i % 100), median(i), mode(i) FROM range(100000000) r(i) GROUP BY k
---
-- starvation: ROLLUP of many
SELECT i, i % 7, i % 11, count(*) FROM range(20000000) r(i) GROUP BY ROLLUP (i, i % 7, i % 11)
---
-- starvation: a hash join at the limit
SELECT count(*) FROM (SELECT md5(i::VARCHAR) AS m FROM range(50000000) r(i)) a JOIN (SELECT md5(i::VARCHAR) AS m FROM range(50000000) r(i)) b USING (m)
---
-- starvation: a hash join in which all have one key
SELECT count(*), max(a.p || b.p) FROM (SELECT i % 2 AS k, md5(i::VARCHAR) AS p FROM range(3000000) r(i)) a JOIN (SELECT i % 2 AS k, sha1(i::VARCHAR) AS p FROM range(3000000) r(i)) b USING (k)
---
-- starvation: a full join of large sides
SELECT count(*) FROM (SELECT hash(i) AS h FROM range(50000000) r(i)) a FULL JOIN (SELECT hash(-i) AS h FROM range(50000000) r(i)) b USING (h)
---
-- starvation: an anti join of large sides
SELECT count(*) FROM range(100000000) a(i) WHERE NOT EXISTS (FROM range(100000000) b(j) WHERE b.j = a.i + 1 AND md5(b.j::VARCHAR) <> md5(a.i::VARCHAR))
---
-- starvation: a mark join of large sides
SELECT sum((hash(i) IN (SELECT hash(j) FROM range(30000000) s(j)))::INT) FROM range(30000000) r(i)
---
-- starvation: a join by inequality
SELECT count(*) FROM range(3000000) a(i) JOIN range(3000000) b(j) ON hash(a.i) < hash(b.j)
---
-- starvation: a join by two inequalities
SELECT count(*) FROM (SELECT hash(i) AS x, md5(i::VARCHAR) AS y FROM range(2000000) r(i)) a JOIN (SELECT hash(i) AS x, md5(i::VARCHAR) AS y FROM range(2000000) r(i)) b ON a.x < b.x AND a.y > b.y
---
-- starvation: a join by inequality of texts
SELECT count(*) FROM workers a JOIN workers b ON a.resume_text <> b.resume_text AND a.email < b.email JOIN workers c ON c.email > b.email
---
-- starvation: a join by BETWEEN
SELECT count(*) FROM range(5000000) a(i) JOIN range(5000000) b(j) ON a.i BETWEEN b.j - 100000 AND b.j + 100000
---
-- starvation: a join by OR
SELECT count(*) FROM range(200000) a(i) JOIN range(200000) b(j) ON hash(a.i) = hash(b.j) OR a.i + b.j = 7 OR a.i * b.j < 0
---
-- starvation: a join by LIKE
SELECT count(*) FROM workers a JOIN workers b ON a.resume_text LIKE '%' || b.first_name || '%' || b.last_name || '%'
---
-- starvation: a left join by a function of both
SELECT count(*) FROM workers a LEFT JOIN workers b ON levenshtein(a.email, b.email) < 2
---
-- starvation: an ASOF join of large sides
SELECT count(*) FROM (SELECT hash(i) AS h FROM range(20000000) r(i)) a ASOF JOIN (SELECT hash(-i) AS h FROM range(20000000) r(i)) b ON a.h >= b.h
---
-- starvation: an ASOF join in parts of one row
SELECT count(*) FROM (SELECT i AS p, hash(i) AS h FROM range(10000000) r(i)) a ASOF LEFT JOIN (SELECT i AS p, hash(-i) AS h FROM range(10000000) r(i)) b ON a.p = b.p AND a.h >= b.h
---
-- starvation: a positional join of large sides
SELECT count(md5(a.i::VARCHAR || b.j::VARCHAR)) FROM range(500000000) a(i) POSITIONAL JOIN range(500000000) b(j)
---
-- starvation: a cross product of three datasets
SELECT max(length(a.resume_text || b.resume_text || c.resume_text)) FROM workers a, workers b, workers c
---
-- starvation: a cross product that is sorted, with a limit
SELECT a.worker_id, b.worker_id FROM workers a, workers b ORDER BY hash(a.resume_text, b.resume_text) LIMIT 1000000
---
-- starvation: a limit that keeps tens of millions
SELECT i, md5(i::VARCHAR) FROM range(1000000000) r(i) ORDER BY hash(i) LIMIT 50000000
---
-- starvation: an offset beyond all
SELECT * FROM range(100000000000) OFFSET 99999999999
---
-- starvation: a percentage as limit
SELECT md5(i::VARCHAR) FROM range(100000000) r(i) LIMIT 50%
---
-- starvation: a window over everything
SELECT max(s) FROM (SELECT sum(i) OVER (ORDER BY hash(i)) AS s FROM range(50000000) r(i))
---
-- starvation: a window without order over everything
SELECT max(c) FROM (SELECT count(*) OVER (), i FROM range(200000000) r(i)) x(c, i)
---
-- starvation: a window of parts of one row each
SELECT max(n) FROM (SELECT row_number() OVER (PARTITION BY hash(i) ORDER BY i) AS n FROM range(50000000) r(i))
---
-- starvation: a window with RANGE and frames that grow
SELECT max(s) FROM (SELECT sum(i) OVER (ORDER BY i % 1000 RANGE BETWEEN 500 PRECEDING AND 500 FOLLOWING) AS s FROM range(20000000) r(i))
---
-- starvation: a window with GROUPS and EXCLUDE
SELECT max(s) FROM (SELECT max(hash(i)) OVER (ORDER BY i % 100 GROUPS BETWEEN 50 PRECEDING AND CURRENT ROW EXCLUDE GROUP) AS s FROM range(5000000) r(i))
---
-- starvation: a window whose frame is computed for each row
SELECT max(s) FROM (SELECT min(hash(i)) OVER (ORDER BY i ROWS BETWEEN i % 100000 PRECEDING AND i % 99999 FOLLOWING) AS s FROM range(5000000) r(i))
---
-- starvation: QUALIFY over everything
SELECT i FROM range(50000000) r(i) QUALIFY ntile(1000) OVER (ORDER BY hash(i)) = 7 AND lead(i, 1000000) OVER (ORDER BY md5(i::VARCHAR)) IS NULL
---
-- starvation: ten windows with orders of their own
SELECT {{10*max(s#)|, }} FROM (SELECT {{10*rank() OVER (ORDER BY hash(i + #)) AS s#|, }} FROM range(10000000) r(i))
---
-- starvation: a recursion with large intermediates
WITH RECURSIVE r AS (SELECT 0 AS d, worker_id, resume_text FROM workers UNION ALL SELECT d + 1, worker_id, resume_text FROM r WHERE d < 1000000) SELECT count(*) FROM r
---
-- starvation: a recursion with UNION that remembers all
WITH RECURSIVE r AS (SELECT 0::HUGEINT AS i UNION SELECT (i * 2 + b) % 1000000000 FROM r, range(2) z(b)) SELECT count(*) FROM r
---
-- starvation: a recursion that joins a dataset
WITH RECURSIVE r AS (SELECT worker_id, 1 AS d FROM workers UNION ALL SELECT w.worker_id, d + 1 FROM r JOIN workers w ON w.city = (SELECT min(city) FROM workers) WHERE d < 10) SELECT count(*) FROM r
---
-- starvation: a recursion of paths
WITH RECURSIVE p AS (SELECT [id] AS path FROM t UNION ALL SELECT list_append(path, t.id) FROM p, t WHERE len(path) < 30) SELECT count(*) FROM p
---
-- starvation: a recursion whose answer is streamed
WITH RECURSIVE r AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM r) SELECT i, repeat('x', 1000) FROM r
---
-- starvation: materialised common tables, each large
WITH {{12*c# AS MATERIALIZED (SELECT i, md5((i + #)::VARCHAR) AS m FROM range(5000000) r(i))|, }} SELECT {{12*(SELECT max(m) FROM c#)|, }}
---
-- starvation: a subquery for each row of many
SELECT sum((SELECT count(*) FROM workers w WHERE w.score < r.i % 100)) FROM range(10000000) r(i)
---
-- starvation: lateral ranges
SELECT count(*) FROM range(1000000) a(i), range(a.i) b(j), range(b.j) c(k)
---
-- starvation: unnest of long lists for each row
SELECT count(*) FROM (SELECT unnest(l), i FROM (SELECT list(x) AS l FROM range(1000000) r(x)), range(1000000) s(i))
---
-- starvation: unnest of a nested list for each row
SELECT unnest([[i, i], [i]], recursive := true), unnest(range(10000)) FROM range(10000000) r(i)
---
-- starvation: EXCEPT ALL of large sides
SELECT count(*) FROM (SELECT md5(i::VARCHAR) FROM range(50000000) r(i) EXCEPT ALL SELECT md5((i * 2)::VARCHAR) FROM range(50000000) r(i))
---
-- starvation: INTERSECT of large sides
SELECT count(*) FROM (SELECT hash(i) FROM range(100000000) r(i) INTERSECT SELECT hash(i + 1) FROM range(100000000) r(i))
---
-- starvation: UNION of large sides
SELECT count(*) FROM (SELECT md5(i::VARCHAR) FROM range(50000000) r(i) UNION SELECT sha1(i::VARCHAR) FROM range(50000000) r(i))
---
-- starvation: a UNION ALL of 300 endless arms
SELECT * FROM range(1000000000){{300* UNION ALL SELECT * FROM range(1000000000)}}
---
-- starvation: PIVOT of many rows
PIVOT (SELECT i % 500 AS a, i % 1000003 AS b, i AS v FROM range(30000000) r(i)) ON a IN ({{500*#|, }}) USING sum(v), max(v) GROUP BY b
---
-- starvation: SUMMARIZE of a large relation
SUMMARIZE SELECT i, md5(i::VARCHAR) AS m, hash(i) AS h FROM range(50000000) r(i)
---
-- starvation: SUMMARIZE of a cross product
SUMMARIZE SELECT w.*, r.* FROM workers w, range(1000) r
---
-- starvation: EXPLAIN ANALYZE of an endless query
EXPLAIN ANALYZE SELECT max(a.i * b.i) FROM range(100000000) a(i), range(100000000) b(i)
---
-- starvation: EXPLAIN ANALYZE of a spill
EXPLAIN ANALYZE SELECT sha256(i::VARCHAR) AS s FROM range(50000000) r(i) ORDER BY s
---
-- starvation: a sample of an endless relation
SELECT count(*) FROM (SELECT * FROM range(1000000000) USING SAMPLE 100000000 ROWS)
---
-- starvation: TABLESAMPLE system and repeatable
SELECT max(md5(range::VARCHAR)) FROM range(1000000000) TABLESAMPLE system(90%) REPEATABLE (7)
---
-- starvation: random in a recursion
WITH RECURSIVE r AS (SELECT random() AS x, 0 AS i UNION ALL SELECT random(), i + 1 FROM r, range(3) WHERE i < 40) SELECT avg(x) FROM r
---
-- starvation: uuids that are sorted
SELECT gen_random_uuid() AS u FROM range(100000000) ORDER BY u LIMIT 20000000
---
-- starvation: arrays of fixed length, wide
SELECT max(a) FROM (SELECT list_transform(range(10000), x -> x + i)::INT[10000] AS a FROM range(100000) r(i))
---
-- starvation: giant values as join keys
SELECT count(*) FROM (SELECT repeat(md5(i::VARCHAR), 31) AS k FROM range(2000000) r(i)) a JOIN (SELECT repeat(md5(i::VARCHAR), 31) AS k FROM range(2000000) r(i)) b USING (k)
---
-- starvation: lists as keys of groups
SELECT count(*) FROM (SELECT [i, {{50*hash(i + #)|, }}] AS k, count(*) FROM range(5000000) r(i) GROUP BY k)
---
-- starvation: an error after gigabytes of the answer
SELECT CASE WHEN i = 3000000 THEN error('late') ELSE repeat('x', 1000) END FROM range(100000000) r(i)
---
-- starvation: a failed cast after a sort of all
SELECT CAST(m AS INT) FROM (SELECT md5(i::VARCHAR) AS m FROM range(20000000) r(i) ORDER BY m)
---
-- starvation: time zones times time zones
SELECT count(*) FROM pg_timezone_names() a, pg_timezone_names() b, pg_timezone_names() c, icu_calendar_names() d WHERE a.name < b.name OR c.name > d.name
---
-- starvation: information_schema times itself
SELECT count(*) FROM information_schema.columns a, information_schema.columns b, information_schema.columns c, information_schema.columns d, information_schema.columns e
---
-- starvation: json_each of a large document for each row
SELECT count(*) FROM range(100000) r(i), json_each((SELECT json_group_array(j) FROM range(100000) s(j))) e
---
-- planner: NOT MATERIALIZED common tables, 2^23 expansions, hidden from the tokenizer by a name of a non-letter followed by $$
WITH z AS (SELECT 1 AS 😀$$), "c-1" AS NOT MATERIALIZED (SELECT 1 AS c){{24*, "c#" AS NOT MATERIALIZED (SELECT x.c FROM "c#-1" x, "c#-1" y)}} SELECT count(*) FROM "c23"
---
-- planner: CUBE of 15 hidden from the bound on grouping sets by a name of a non-letter followed by $$
SELECT 1 AS 😀$$, count(*) FROM t GROUP BY CUBE(id{{14*, id + #}})
---
-- stack: 2,000 brackets hidden from query.max_depth by a name of a non-letter followed by $$; must be refused
SELECT 1 AS 😀$$, {{2000*(}}1{{2000*)}}
---
-- stack: brackets hidden by a name of a non-letter that ends in e, before a text that ends in a backslash
SELECT '' AS 😀e, 'x' LIKE '\', {{2000*(}}1{{2000*)}}
---
-- amplifier: an error text of 20 MB, the value that cannot be cast
SELECT string_agg('x', '')::INT FROM range(20000000)
---
-- amplifier: an error text of 15 MB; the server keeps it for GET /v1/queries
SELECT string_agg('x', '')::INT FROM range(15000000)
---
-- amplifier: error() with a text of megabytes
SELECT error((SELECT string_agg('x', '') FROM range(15000000)))
---
-- escape: format=parquet; a nested comment around the last semicolon, without which the text does not end
SELECT 1 /* /* */ ; -- */
---
-- escape: format=parquet; the same over a type that is casted
SELECT 1::HUGEINT /* /* */ ; -- */
---
-- escape: format=parquet and arrow; a semicolon after a name with $$ that the tokenizer reads as a quote
SELECT 1::HUGEINT AS 😀$$ ;
---
-- escape: format=parquet and arrow; members with the names of keywords in the type that the wrapping casts to
SELECT {'a': {'select': 1, 'from': 2}, 'b': 1::HUGEINT} AS x
---
-- escape: format=parquet and arrow; a STRUCT whose members have no names, in the wrapping's cast
SELECT row(1, 2::HUGEINT) AS x
---
-- escape: format=parquet and arrow; a MAP of a STRUCT with a keyword for a member
SELECT MAP {1::HUGEINT: {'from': 1}} AS x
---
-- escape: format=parquet and arrow; member names that are the same up to a NUL character
SELECT from_json('{"a\u0000b":1,"a\u0000c":2}', '{"a\u0000b":"INT","a\u0000c":"HUGEINT"}') AS x
---
-- escape: format=parquet; PIVOT values that end names, texts and comments, as column names in the wrapping
PIVOT (SELECT unnest(['a"b', 'a''b', 'a;--', 'a/*', '$$', '', NULL]) AS k, 1::HUGEINT AS v) ON k USING sum(v)
---
-- escape: PIVOT values with NUL characters
PIVOT (SELECT chr(0) || i::VARCHAR AS k, 1::HUGEINT AS v FROM range(3) r(i)) ON k USING sum(v)
---
-- escape: format=parquet; a bracket and a COPY of its own
SELECT 1) TO 'x' (FORMAT csv); --
---
-- amplifier: a row of 256 KB for each of 2,048, one chunk of half a gigabyte
SELECT '{{250000*x}}' AS a FROM range(2048)
---
-- planner: 20,000 columns; format=parquet and arrow take seconds
SELECT {{20000*#|,}}
---
-- escape: a method call of a function that reads files
SELECT ('/etc/passwd').read_text()
---
-- escape: a method call on a column, of a function that reads files, format=parquet and arrow
SELECT k.read_blob(), t.k.glob() FROM t
---
-- escape: a method call that reads a setting
SELECT x.current_setting() FROM (SELECT 'allowed_directories' AS x)
---
-- escape: a method call that reads the environment
SELECT x.getenv() FROM (SELECT 'PATH' AS x)
---
-- escape: a method call in a lambda
SELECT list_transform(['secret_directory'], lambda x: x.current_setting())
---
-- escape: a method call that runs SQL
SELECT x.json_serialize_sql() FROM (SELECT 'SELECT 1' AS x)
---
-- escape: a method call of a query as a table
FROM x.query('SELECT 1')
---
-- escape: a column named as a schema
SELECT pg_catalog.pg_get_viewdef() FROM (SELECT 1 AS pg_catalog)
---
-- escape: a column named as a database, and a function that a macro shadows
SELECT system.levenshtein(repeat('a', 1000), repeat('b', 1000)) FROM (SELECT 'x' AS system)
---
-- escape: a method call that names a function in a text
SELECT l.list_aggregate('write_log') FROM (SELECT ['x'] AS l)
---
-- escape: a method call that names a function in a column
SELECT l.list_aggregate(n) FROM (SELECT ['x'] AS l, 'max' AS n)
---
-- unstoppable: a method call of a quadratic function, with a schema in front of its column
SELECT max(w.resume_text.levenshtein(v.resume_text)) FROM workers w, workers v
---
-- unstoppable: a method call of a quadratic function over long texts
SELECT s.jaro_winkler_similarity(s) FROM (SELECT string_agg(resume_text, '') AS s FROM workers)
---
-- amplifier: a method call of repeat
SELECT k.repeat(1000000000) FROM t
---
-- amplifier: method calls of repeat on repeat
SELECT k.repeat(1000).repeat(1000).repeat(1000) FROM t
---
-- amplifier: a method call of repeat with a schema in front of the column
SELECT t.k.repeat(v * 100000000) FROM t
---
-- amplifier: a method call of range
SELECT v.range(2000000000).len() FROM t
---
-- amplifier: a method call of a format with a width
SELECT f.format(1) FROM (SELECT '{:>1000000000}' AS f)
---
-- amplifier: a method call of printf with a width
SELECT f.printf(1000000000, 'x') FROM (SELECT '%*s' AS f)
---
-- amplifier: a method call of lpad over many rows
SELECT sum(length(i.lpad(1000, 'x').repeat(1000))) FROM (SELECT i::VARCHAR AS i FROM range(10000000) r(i))
---
-- planner: method calls in a row
SELECT k{{290*.upper()}} FROM t
---
-- planner: method calls in a row, more than the depth allows
SELECT k{{2000*.upper()}} FROM t
---
-- planner: method calls of a function that a macro shadows, each in the next
SELECT k{{24*.levenshtein('x')::VARCHAR}} FROM t
---
-- planner: ENUM types in each other
SELECT NULL::STRUCT(a {{200*STRUCT(a }}ENUM('x', 'y'){{200*)}})
---
-- planner: a list of an ENUM of 20,000 values
SELECT []::ENUM({{20000*'v#'|, }})[]
---
-- planner: a type whose parameter is a function
SELECT NULL::DECIMAL(getenv('HOME')::INT, 2)[]
---
-- escape: a type of a schema
SELECT NULL::system.main."/etc/passwd"[]
---
-- escape: the type of a file
SELECT make_type('/etc/passwd')::VARCHAR, make_type('read_text')::VARCHAR
---
-- planner: make_type in make_type
SELECT {{60*make_type('LIST', }}make_type('ENUM', 'a'){{60*)}}::VARCHAR
---
-- amplifier: arrays of arrays by make_type
SELECT make_type('ARRAY', make_type('ARRAY', make_type('INTEGER'), 100000), 100000)::VARCHAR
---
-- amplifier: a cast to an array that is large
SELECT cast_to_type(NULL, NULL::INTEGER[100000]), i FROM range(100000) r(i)
---
-- amplifier: replace_type to an array that is large
SELECT replace_type({'a': NULL::DATE}, NULL::DATE, NULL::INTEGER[100000][]) FROM range(10000)
---
-- planner: cast_to_type in cast_to_type
SELECT {{200*cast_to_type(}}1{{200*, '')}}
---
-- stack: variant_normalize of deep JSON
WITH d AS (SELECT string_agg('[', '') || string_agg(']', '') AS j FROM range(100000)) SELECT variant_normalize(j::JSON::VARIANT)::VARCHAR FROM d
---
-- stack: variant_normalize of deep lists
SELECT variant_normalize({{150*[}}1{{150*]}}::VARIANT)::VARCHAR
---
-- amplifier: sort keys of sort keys
SELECT octet_length({{30*create_sort_key(}}repeat('{{U+1}}', 1000)::BLOB{{30*, 'ASC NULLS LAST')}})
---
-- amplifier: the sort key of a column of large texts
SELECT max(create_sort_key(repeat(resume_text, 1000), 'DESC NULLS FIRST')) FROM workers
---
-- amplifier: ICU's sort keys of sort keys
SELECT length({{20*icu_sort_key(}}'ä'{{20*, 'de')}})
---
-- amplifier: ICU's sort keys of large texts
SELECT max(length(icu_sort_key(repeat(resume_text, 1000), 'de'))) FROM workers
---
-- escape: a collation that is a path
SELECT icu_sort_key('a', '../../../../etc/passwd'), icu_sort_key('a', '{{1000*x}}')
---
-- escape: a coordinate system that is a path
SELECT typeof(st_setcrs('POINT(1 2)'::GEOMETRY, '/etc/passwd'))
---
-- amplifier: the coordinate system as a text of 100,000 characters, format=parquet and arrow
SELECT st_setcrs('POINT(1 2)'::GEOMETRY, '{{100000*x}}')
---
-- escape: the statistics and the name of a column of a dataset, format=parquet and arrow
SELECT DISTINCT stats(worker_id), alias(worker_id), stats(resume_text), stats(w) FROM workers w
---
-- escape: the name of an expression that a view or a macro made
SELECT alias(levenshtein('a', 'b')), alias((SELECT min(k) FROM t)), alias(embed('x')), alias(current_catalog())
---
-- planner: alias in alias
SELECT {{250*alias(}}1{{250*)}}
---
-- escape: constant_or_null with what is not constant
SELECT constant_or_null(current_setting('threads'), 1)
---
-- escape: histogram of a table of the engine
FROM histogram(duckdb_views, sql)
---
-- escape: histogram of a table of the engine, as a text
FROM histogram('duckdb_views', sql)
---
-- escape: histogram of a table of the engine, with its schema
FROM histogram_values(system.main.duckdb_views, sql)
---
-- escape: histogram of a table of the engine, as one name
FROM histogram_values("system.main.duckdb_views", sql)
---
-- escape: histogram of a file
FROM histogram('/etc/passwd', content)
---
-- escape: histogram of a data file
FROM histogram("objects/datasets/t/x.parquet", k)
---
-- escape: histogram of a table that a query names
FROM histogram((SELECT 'duckdb_' || 'views'), sql)
---
-- escape: histogram with a second source
FROM histogram(t, v, source := 'duckdb_views')
---
-- escape: histogram of a common table that is named as one of the engine
WITH duckdb_views AS (FROM t) FROM histogram(duckdb_views, v)
---
-- escape: histogram of a name that the macro uses itself, format=parquet and arrow
WITH bins AS (FROM t) FROM histogram(bins, v)
---
-- escape: an error inside a histogram, which could show the macro
FROM histogram(t, nope)
---
-- escape: a technique that is not known
FROM histogram(t, v, technique := 'read_text(''/etc/passwd'')')
---
-- amplifier: histogram with a million bins
FROM histogram_values(workers, score, bin_count := 1000000)
---
-- unstoppable: histogram with as many bins as are allowed
SELECT count(*) FROM histogram(workers, worker_id, bin_count := 10000, technique := 'sample')
---
-- unstoppable: histogram with heights of as many bins as are allowed
SELECT count(*) FROM histogram_values(workers, score, bin_count := 10000, technique := 'equi-height')
---
-- planner: histograms of histograms
WITH {{40*c#x AS (FROM histogram_values(t, v)), d# AS NOT MATERIALIZED (SELECT bin AS v FROM histogram_values(c#x, bin))|, }} FROM d39
---
-- planner: a chain of histograms that are not materialized
WITH c0 AS NOT MATERIALIZED (SELECT v AS bin FROM t), c1 AS NOT MATERIALIZED (FROM histogram_values(c0, bin)), c2 AS NOT MATERIALIZED (FROM histogram_values(c1, bin)), c3 AS NOT MATERIALIZED (FROM histogram_values(c2, bin)), c4 AS NOT MATERIALIZED (FROM histogram_values(c3, bin)), c5 AS NOT MATERIALIZED (FROM histogram_values(c4, bin)), c6 AS NOT MATERIALIZED (FROM histogram_values(c5, bin)), c7 AS NOT MATERIALIZED (FROM histogram_values(c6, bin)), c8 AS NOT MATERIALIZED (FROM histogram_values(c7, bin)), c9 AS NOT MATERIALIZED (FROM histogram_values(c8, bin)), c10 AS NOT MATERIALIZED (FROM histogram_values(c9, bin)) FROM c10
---
-- planner: a chain of histograms without a word about materialization
WITH c0 AS (SELECT v AS bin FROM t), c1 AS (FROM histogram_values(c0, bin)), c2 AS (FROM histogram_values(c1, bin)), c3 AS (FROM histogram_values(c2, bin)), c4 AS (FROM histogram_values(c3, bin)), c5 AS (FROM histogram_values(c4, bin)), c6 AS (FROM histogram_values(c5, bin)), c7 AS (FROM histogram_values(c6, bin)), c8 AS (FROM histogram_values(c7, bin)), c9 AS (FROM histogram_values(c8, bin)), c10 AS (FROM histogram_values(c9, bin)), c11 AS (FROM histogram_values(c10, bin)), c12 AS (FROM histogram_values(c11, bin)) FROM c12
---
-- escape: summary of a table of the engine
FROM summary((FROM duckdb_views))
---
-- escape: summary of a file
FROM summary((FROM read_text('/etc/passwd')))
---
-- amplifier: summary of large rows, format=parquet
SELECT max(length(summary)) FROM summary((SELECT repeat(resume_text, 1000) AS a, * FROM workers))
---
-- starvation: the engine's test of all types, crossed, format=parquet and arrow
SELECT a.* FROM test_all_types(use_large_enum := true, use_large_bignum := true) a{{8*, test_all_types() b#}}
---
-- escape: all types with an option that is not there
FROM test_all_types(path := '/etc/passwd')
---
-- amplifier: unpivot_list of many
SELECT unpivot_list({{5000*repeat('x', 1000)|, }}) FROM range(100000)
---
-- escape: EXPLAIN with ANALYZE as JSON of two datasets
EXPLAIN (FORMAT json, ANALYZE) SELECT count(*) FROM workers w JOIN t ON t.k = w.zip WHERE w.score > 0.5
---
-- escape: EXPLAIN with ANALYZE as Graphviz, with texts that look as the list of files
EXPLAIN (ANALYZE, FORMAT graphviz) SELECT '───\nFilename(s):\n"]', E'───\nFilename(s):\n"]' FROM workers WHERE role <> '"]' AND score > 0.5
---
-- escape: EXPLAIN with ANALYZE as Mermaid, with texts that look as the list of files
EXPLAIN (ANALYZE, FORMAT mermaid) SELECT E'\tFilename(s): `"]', E'`"]\nx' FROM workers WHERE role <> E'\n\tFilename(s): x`"]' AND score > 0.5
---
-- escape: EXPLAIN with ANALYZE as JSON, with texts that look as the list of files
EXPLAIN (ANALYZE, FORMAT json) SELECT '"Filename(s)": "', '\"Filename(s)\": \"\', '{' FROM workers WHERE role <> '"Filename(s)": "' AND score > 0.5
---
-- escape: EXPLAIN as text, with texts that look as JSON
EXPLAIN (ANALYZE, FORMAT text) SELECT '{"Filename(s)": "', E'│ x │\n│\n{' FROM workers WHERE score > 0.5
---
-- escape: EXPLAIN as YAML of two datasets
EXPLAIN (FORMAT yaml) SELECT * FROM workers, t
---
-- escape: EXPLAIN as YAML with ANALYZE
EXPLAIN (ANALYZE, FORMAT yaml) SELECT * FROM workers
---
-- escape: EXPLAIN as HTML with ANALYZE
EXPLAIN (ANALYZE, FORMAT html) SELECT '<script>alert(1)</script>' FROM workers
---
-- escape: EXPLAIN with a format in quotes
EXPLAIN (FORMAT "json") SELECT * FROM workers
---
-- escape: EXPLAIN with an option that is not known behind one that is
EXPLAIN (ANALYZE, OUTPUT '/tmp/x') SELECT * FROM workers
---
-- escape: EXPLAIN with options, of a statement that writes
EXPLAIN (ANALYZE, FORMAT json) COPY t TO '/tmp/x'
---
-- escape: EXPLAIN with options, in front of another one
EXPLAIN (FORMAT json) EXPLAIN (ANALYZE) DROP VIEW t
---
-- escape: EXPLAIN whose options hide a second statement
EXPLAIN (FORMAT json) ; DROP VIEW t
---
-- escape: EXPLAIN whose brackets hold options and a statement
EXPLAIN (ANALYZE (SELECT * FROM workers))
---
-- escape: EXPLAIN with options after ANALYZE
EXPLAIN ANALYZE (FORMAT json) SELECT * FROM workers
---
-- escape: EXPLAIN with a comment that opens in the options
EXPLAIN (FORMAT json /* ) SELECT 1; */ , ANALYZE -- )
) SELECT * FROM workers
---
-- planner: EXPLAIN as Graphviz of a wide plan
EXPLAIN (FORMAT graphviz) {{250*SELECT * FROM workers| UNION ALL }}
---
-- amplifier: EXPLAIN as JSON of large constants
EXPLAIN (ANALYZE, FORMAT json) SELECT {{200*repeat('\"Filename(s)', 1000)|, }} FROM t
---
-- escape: a PIVOT without values in a subquery, of a table of the engine
SELECT * FROM (PIVOT duckdb_views ON sql USING count(*))
---
-- escape: a PIVOT without values in a subquery, of a method call that reads files
SELECT * FROM (PIVOT t ON k.read_text() USING count(*))
---
-- escape: a PIVOT whose value is a function that reads files
SELECT * FROM t PIVOT (sum(v) FOR k IN ('a', read_text('/etc/passwd')))
---
-- escape: an UNPIVOT whose column is a function that reads files
FROM t UNPIVOT (x FOR n IN (getenv('PATH'), v))
---
-- escape: the state of an aggregate
SELECT (max(v) EXPORT_STATE)::BLOB, (avg(v) EXPORT_STATE)::BLOB FROM t
---
-- escape: the state of an aggregate from a method call
SELECT v.avg() EXPORT_STATE FROM t
---
-- escape: a state of an aggregate that a statement makes
SELECT finalize('x'::BLOB)
---
-- amplifier: bins by a method call
SELECT v.equi_width_bins(1000000000, 999999, true) FROM t
---
-- unstoppable: as many bins as are allowed, for each row
SELECT sum(len(equi_width_bins(0, 1000000 + i, 10000, true))) FROM range(100000) r(i)
