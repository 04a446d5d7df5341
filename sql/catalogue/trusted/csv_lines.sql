-- One row per line of the newest CSV files that was not taken, with the reason.
WITH counted AS (
    SELECT
        title_id,
        title_type,
        row_number() OVER (PARTITION BY title_id ORDER BY count(*) DESC, title_type ASC) AS place
    FROM raw_catalogue.csv_rows
    WHERE reason = ''
    GROUP BY title_id, title_type
)

SELECT
    csv_rows.raw_file,
    csv_rows.line_number,
    csv_rows.line,
    csv_rows.reason
FROM raw_catalogue.csv_rows AS csv_rows
WHERE csv_rows.reason <> ''
UNION ALL
SELECT
    csv_rows.raw_file,
    csv_rows.line_number,
    csv_rows.line,
    'the title is in both files, and the other is believed' AS reason
FROM raw_catalogue.csv_rows AS csv_rows
INNER JOIN counted
    ON csv_rows.title_id = counted.title_id AND csv_rows.title_type = counted.title_type
WHERE csv_rows.reason = '' AND counted.place > 1
