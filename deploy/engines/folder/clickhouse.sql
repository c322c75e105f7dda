-- ClickHouse, whose user_files_path holds the lake's folder, or a link to it.
SELECT * FROM icebergLocal('/var/lib/lakehouse/objects/datasets/towns/');
