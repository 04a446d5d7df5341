-- One row per person with a part in a horror title. TMDB's people and those of the CSV files are never matched by name.
WITH credited AS (
    SELECT
        title.title_id,
        concat('tmdb:', cast(credit.person_id AS VARCHAR)) AS person_id,
        credit.person_name
    FROM refined_catalogue.dim_title AS title
    INNER JOIN trusted_catalogue.tmdb_credits AS credit
        ON title.tmdb_type = credit.title_type AND title.tmdb_id = credit.tmdb_id AND title.collected_on = credit.dt
),

of_tmdb AS (
    SELECT DISTINCT title_id
    FROM credited
),

source_people AS (
    SELECT
        credited.person_id,
        credited.person_name,
        'tmdb' AS source,
        cast(NULL AS SMALLINT) AS birth_year,
        cast(NULL AS SMALLINT) AS death_year
    FROM credited
    UNION ALL
    SELECT
        concat('imdb:', artist.artist_id) AS person_id,
        artist.artist_name AS person_name,
        'imdb' AS source,
        artist.birth_year,
        artist.death_year
    FROM refined_catalogue.dim_title AS title
    INNER JOIN trusted_catalogue.title_artists AS artist
        ON title.title_id = artist.title_id
    LEFT JOIN of_tmdb
        ON title.title_id = of_tmdb.title_id
    WHERE of_tmdb.title_id IS NULL
)

SELECT
    source_people.person_id,
    min(source_people.person_name) AS person_name,
    min(source_people.source) AS source,
    min(source_people.birth_year) AS birth_year,
    min(source_people.death_year) AS death_year
FROM source_people
GROUP BY source_people.person_id
