-- DuckDB, on a machine that sees the lake's folder.
INSTALL iceberg;
LOAD iceberg;
SELECT * FROM iceberg_scan('/var/lib/lakehouse/objects/datasets/towns');
