-- One row per day of release, or year where no day is known, that a horror title has; key 0 where nothing is known.
WITH dated AS (
    SELECT DISTINCT
        CASE WHEN extract(YEAR FROM title.release_date) = title.start_year THEN title.release_date END AS date,
        title.start_year AS year
    FROM refined_catalogue.dim_title AS title
    WHERE title.start_year IS NOT NULL
)

SELECT
    cast(dated.year AS INTEGER) * 10000
    + coalesce(extract(MONTH FROM dated.date), 0) * 100
    + coalesce(extract(DAY FROM dated.date), 0) AS date_key,
    dated.date,
    dated.year,
    extract(MONTH FROM dated.date) AS month,
    cast(floor(dated.year / 10) AS INTEGER) * 10 AS decade,
    concat(cast(cast(floor(dated.year / 10) AS INTEGER) * 10 AS VARCHAR), 's') AS decade_name,
    make_date(dated.year, 1, 1) AS year_start_date
FROM dated
UNION ALL
SELECT
    0 AS date_key,
    cast(NULL AS DATE) AS date,
    NULL AS year,
    NULL AS month,
    NULL AS decade,
    'Unknown' AS decade_name,
    cast(NULL AS DATE) AS year_start_date
