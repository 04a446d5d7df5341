-- One row per horror title that only one of the CSV files and TMDB has, and per title of TMDB left out: the reason.
WITH collected AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY title_type, tmdb_id ORDER BY dt DESC) AS newest_first
    FROM trusted_catalogue.tmdb_titles
),

unanswered AS (
    SELECT
        imdb_id,
        min(reason) AS reason
    FROM (
        SELECT
            *,
            row_number() OVER (PARTITION BY imdb_id ORDER BY dt DESC, request ASC) AS newest_first
        FROM trusted_catalogue.tmdb_unanswered
        WHERE imdb_id IS NOT NULL
    ) AS asked
    WHERE newest_first = 1
    GROUP BY imdb_id
)

SELECT
    title.title_id AS unmatched_id,
    'imdb' AS source,
    title.title_type,
    title.title,
    title.start_year,
    coalesce(unanswered.reason, 'TMDB was not asked, or gave no title of this IMDb id') AS reason
FROM refined_catalogue.dim_title AS title
LEFT JOIN unanswered
    ON title.title_id = unanswered.imdb_id
WHERE NOT title.is_in_tmdb
UNION ALL
SELECT
    concat('tmdb:', title.tmdb_type, '/', cast(title.tmdb_id AS VARCHAR)) AS unmatched_id,
    'tmdb' AS source,
    title.title_type,
    title.title,
    title.start_year,
    CASE
        WHEN title.title_id LIKE 'tmdb:%' THEN 'TMDB knows no IMDb id of it'
        ELSE 'the CSV files have no title of this IMDb id'
    END AS reason
FROM refined_catalogue.dim_title AS title
WHERE NOT title.is_in_imdb
UNION ALL
SELECT
    concat('tmdb:', collected.title_type, '/', cast(collected.tmdb_id AS VARCHAR)) AS unmatched_id,
    'tmdb' AS source,
    collected.title_type,
    collected.title,
    extract(YEAR FROM collected.release_date) AS start_year,
    'another title of TMDB has the same IMDb id' AS reason
FROM collected
INNER JOIN refined_catalogue.dim_title AS title
    ON collected.imdb_id = title.title_id
WHERE collected.newest_first = 1 AND (collected.title_type <> title.tmdb_type OR collected.tmdb_id <> title.tmdb_id)
