-- One row per line of the newest CSV files that was not taken, with the reason.
WITH kept AS (
    SELECT
        title_id,
        min(title_type) AS title_type
    FROM raw_catalogue.csv_rows
    WHERE reason = ''
    GROUP BY title_id
)

SELECT
    csv_rows.raw_file,
    csv_rows.line_number,
    csv_rows.line,
    CASE
        WHEN csv_rows.reason <> '' THEN csv_rows.reason
        ELSE 'the title is a film of movies.csv too'
    END AS reason
FROM raw_catalogue.csv_rows AS csv_rows
LEFT JOIN kept
    ON csv_rows.title_id = kept.title_id
WHERE csv_rows.reason <> '' OR csv_rows.title_type <> kept.title_type
