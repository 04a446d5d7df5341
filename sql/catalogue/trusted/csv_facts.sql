-- One row per fact of the newest CSV files that is worth telling: how often it is so.
WITH lines_of_title AS (
    SELECT DISTINCT
        title_id,
        title_type,
        title,
        original_title,
        start_year,
        end_year,
        runtime_minutes,
        genres,
        mean_rating,
        vote_count
    FROM raw_catalogue.csv_rows
    WHERE reason = ''
),

told_differently AS (
    SELECT
        title_id,
        title_type
    FROM lines_of_title
    GROUP BY title_id, title_type
    HAVING count(*) > 1
)

SELECT
    'records' AS fact,
    count(*) AS how_often
FROM raw_catalogue.csv_rows
UNION ALL
SELECT
    'lines' AS fact,
    cast(coalesce(sum(line_count), 0) AS BIGINT) AS how_often
FROM raw_catalogue.csv_rows
UNION ALL
SELECT
    'lines in Latin-1' AS fact,
    count(*) AS how_often
FROM raw_catalogue.csv_rows
WHERE is_latin_1
UNION ALL
SELECT
    'titles that their lines tell differently' AS fact,
    count(*) AS how_often
FROM told_differently
UNION ALL
SELECT
    concat('unreadable ', unreadable) AS fact,
    count(*) AS how_often
FROM raw_catalogue.csv_rows
WHERE unreadable <> ''
GROUP BY unreadable
