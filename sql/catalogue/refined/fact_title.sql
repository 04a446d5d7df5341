-- One row per horror title: how it was received, and what it cost and earned where that is known.
WITH measured AS (
    SELECT
        title.title_id,
        CASE
            WHEN title.start_year IS NULL THEN 0
            WHEN extract(YEAR FROM title.release_date) = title.start_year
                THEN
                    cast(title.start_year AS INTEGER) * 10000
                    + extract(MONTH FROM title.release_date) * 100
                    + extract(DAY FROM title.release_date)
            ELSE cast(title.start_year AS INTEGER) * 10000
        END AS release_date_key,
        imdb.mean_rating AS imdb_mean_rating,
        imdb.vote_count AS imdb_vote_count,
        tmdb.mean_rating AS tmdb_mean_rating,
        tmdb.vote_count AS tmdb_vote_count,
        tmdb.popularity,
        tmdb.budget_usd,
        tmdb.revenue_usd
    FROM refined_catalogue.dim_title AS title
    LEFT JOIN trusted_catalogue.titles AS imdb
        ON title.title_id = imdb.title_id
    LEFT JOIN trusted_catalogue.tmdb_titles AS tmdb
        ON title.tmdb_type = tmdb.title_type AND title.tmdb_id = tmdb.tmdb_id AND title.collected_on = tmdb.dt
)

SELECT
    measured.title_id,
    measured.release_date_key,
    coalesce(measured.imdb_mean_rating, measured.tmdb_mean_rating) AS mean_rating,
    CASE
        WHEN measured.imdb_mean_rating IS NOT NULL THEN measured.imdb_vote_count
        WHEN measured.tmdb_mean_rating IS NOT NULL THEN measured.tmdb_vote_count
    END AS vote_count,
    CASE
        WHEN measured.imdb_mean_rating IS NOT NULL THEN 'imdb'
        WHEN measured.tmdb_mean_rating IS NOT NULL THEN 'tmdb'
    END AS rating_source,
    measured.imdb_mean_rating,
    measured.imdb_vote_count,
    measured.tmdb_mean_rating,
    measured.tmdb_vote_count,
    measured.popularity,
    measured.budget_usd,
    measured.revenue_usd,
    measured.revenue_usd - measured.budget_usd AS profit_usd
FROM measured
