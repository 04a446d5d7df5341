-- One row per horror title of the CSV files and of TMDB: those of one IMDb id are one title.
WITH found AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY title_type, tmdb_id ORDER BY dt DESC) AS newest_first
    FROM trusted_catalogue.tmdb_titles
),

of_tmdb AS (
    SELECT
        found.*,
        coalesce(found.imdb_id, concat('tmdb:', found.title_type, '/', cast(found.tmdb_id AS VARCHAR))) AS title_id
    FROM found
    WHERE found.newest_first = 1
),

-- Two titles of TMDB may name one IMDb id; the one with the most votes is believed, the other reported as unmatched.
placed AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY title_id ORDER BY coalesce(vote_count, 0) DESC, title_type ASC, tmdb_id ASC
        ) AS place
    FROM of_tmdb
),

matching AS (
    SELECT *
    FROM placed
    WHERE place = 1
),

-- Genre 27 of films and keyword 8087 of series are what TMDB calls horror.
horror_of_tmdb AS (
    SELECT
        genre.title_type,
        genre.tmdb_id,
        genre.dt
    FROM trusted_catalogue.tmdb_genres AS genre
    WHERE genre.genre_id = 27
    UNION
    SELECT
        keyword.title_type,
        keyword.tmdb_id,
        keyword.dt
    FROM trusted_catalogue.tmdb_keywords AS keyword
    WHERE keyword.keyword_id = 8087
),

both_sides AS (
    SELECT
        coalesce(title.title_id, matching.title_id) AS title_id,
        coalesce(title.title_type, matching.title_type) AS title_type,
        coalesce(title.title, matching.title) AS title,
        coalesce(title.original_title, matching.original_title) AS original_title,
        matching.original_language,
        matching.release_date,
        coalesce(title.start_year, extract(YEAR FROM matching.release_date)) AS start_year,
        coalesce(title.end_year, extract(YEAR FROM matching.last_air_date)) AS end_year,
        coalesce(title.runtime_minutes, matching.runtime_minutes) AS runtime_minutes,
        matching.title_type AS tmdb_type,
        matching.tmdb_id,
        matching.dt AS collected_on,
        title.title_id IS NOT NULL AS is_in_imdb,
        matching.tmdb_id IS NOT NULL AS is_in_tmdb,
        coalesce(concat(',', replace(lower(title.genres), ' ', ''), ',') LIKE '%,horror,%', FALSE) AS is_imdb_horror
    FROM trusted_catalogue.titles AS title
    FULL OUTER JOIN matching
        ON title.title_id = matching.title_id
)

SELECT
    both_sides.title_id,
    both_sides.title_type,
    both_sides.title,
    both_sides.original_title,
    both_sides.original_language,
    both_sides.release_date,
    both_sides.start_year,
    CASE WHEN both_sides.title_type = 'series' THEN both_sides.end_year END AS end_year,
    both_sides.runtime_minutes,
    both_sides.tmdb_type,
    both_sides.tmdb_id,
    both_sides.collected_on,
    both_sides.is_in_imdb,
    both_sides.is_in_tmdb,
    both_sides.is_imdb_horror,
    horror_of_tmdb.tmdb_id IS NOT NULL AS is_tmdb_horror
FROM both_sides
LEFT JOIN horror_of_tmdb
    ON
        both_sides.tmdb_type = horror_of_tmdb.title_type
        AND both_sides.tmdb_id = horror_of_tmdb.tmdb_id
        AND both_sides.collected_on = horror_of_tmdb.dt
WHERE both_sides.is_imdb_horror OR horror_of_tmdb.tmdb_id IS NOT NULL
