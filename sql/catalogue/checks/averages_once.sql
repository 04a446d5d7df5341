-- One row per refined star: whether each title counts once in fact_title, however many people, genres, keywords it has.
WITH fact AS (
    SELECT
        count(*) AS titles,
        coalesce(sum(fact.mean_rating), 0) AS ratings,
        coalesce(sum(fact.vote_count), 0) AS votes
    FROM refined_catalogue.fact_title AS fact
),

rated AS (
    SELECT
        imdb.title_id,
        imdb.mean_rating,
        imdb.vote_count
    FROM trusted_catalogue.titles AS imdb
    WHERE
        imdb.mean_rating IS NOT NULL
        AND imdb.title_id IN (SELECT title.title_id FROM refined_catalogue.dim_title AS title)
    UNION ALL
    SELECT
        title.title_id,
        tmdb.mean_rating,
        tmdb.vote_count
    FROM refined_catalogue.dim_title AS title
    INNER JOIN trusted_catalogue.tmdb_titles AS tmdb
        ON title.tmdb_type = tmdb.title_type AND title.tmdb_id = tmdb.tmdb_id AND title.collected_on = tmdb.dt
    LEFT JOIN trusted_catalogue.titles AS imdb
        ON title.title_id = imdb.title_id
    WHERE imdb.mean_rating IS NULL AND tmdb.mean_rating IS NOT NULL
),

expected AS (
    SELECT
        (SELECT count(*) FROM refined_catalogue.dim_title) AS titles,
        coalesce(sum(rated.mean_rating), 0) AS ratings,
        coalesce(sum(rated.vote_count), 0) AS votes
    FROM rated
)

SELECT
    CASE
        WHEN fact.titles <> expected.titles OR fact.ratings <> expected.ratings OR fact.votes <> expected.votes
            THEN
                concat(
                    'it has ',
                    cast(fact.titles AS VARCHAR),
                    ' titles with ',
                    cast(fact.votes AS VARCHAR),
                    ' votes, where dim_title has ',
                    cast(expected.titles AS VARCHAR),
                    ' and their sources ',
                    cast(expected.votes AS VARCHAR),
                    ' votes'
                )
    END AS fault
FROM fact
CROSS JOIN expected
