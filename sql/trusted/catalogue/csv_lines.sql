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
    CASE
        WHEN csv_rows.reason <> '' THEN csv_rows.reason
        ELSE 'the title is in both files, and the other is believed'
    END AS reason
FROM raw_catalogue.csv_rows AS csv_rows
LEFT JOIN counted
    ON
        csv_rows.title_id = counted.title_id
        AND csv_rows.title_type = counted.title_type
        AND csv_rows.reason = ''
WHERE csv_rows.reason <> '' OR counted.place > 1
