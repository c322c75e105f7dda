-- DuckDB 1.4 or later: all tables of the lake.
INSTALL iceberg;
INSTALL httpfs;
LOAD iceberg;
LOAD httpfs;
CREATE SECRET lake_catalog (TYPE iceberg, TOKEN 'TOKEN');
CREATE SECRET lake_objects (
    TYPE s3, KEY_ID 'ACCESS_KEY', SECRET 'SECRET_KEY', REGION 'us-east-1', ENDPOINT '127.0.0.1:9000', URL_STYLE 'path', USE_SSL false);
ATTACH 'lake' AS lake (TYPE iceberg, SECRET lake_catalog, ENDPOINT 'http://127.0.0.1:3110/iceberg', ACCESS_DELEGATION_MODE 'none');
SELECT * FROM lake.lake.towns;

-- One table, without the catalog.
SELECT * FROM iceberg_scan('s3://lake/datasets/towns');
