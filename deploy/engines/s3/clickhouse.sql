-- ClickHouse 25.8 or later: all tables of the lake as a database. Names of tables have the namespace before them.
SET allow_experimental_database_iceberg = 1;
CREATE DATABASE lake
ENGINE = DataLakeCatalog('http://127.0.0.1:3110/iceberg/v1', 'ACCESS_KEY', 'SECRET_KEY')
SETTINGS catalog_type = 'rest', warehouse = 'lake', auth_header = 'Authorization: Bearer TOKEN', storage_endpoint = 'http://127.0.0.1:9000/lake';
SELECT * FROM lake.`lake.towns`;

-- One table, without the catalog.
SELECT * FROM icebergS3('http://127.0.0.1:9000/lake/datasets/towns/', 'ACCESS_KEY', 'SECRET_KEY');
