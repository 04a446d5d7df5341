-- One row per horror title whose year is known.
WITH measured AS (
    SELECT
        fact.title_id,
        title.title,
        CASE WHEN title.title_type = 'series' THEN 'Series' ELSE 'Films' END AS title_type,
        calendar.year,
        calendar.year_start_date,
        calendar.decade,
        calendar.decade_name,
        fact.mean_rating,
        CASE WHEN fact.mean_rating IS NULL THEN 0 ELSE 1 END AS rated_titles,
        fact.vote_count,
        fact.popularity,
        fact.profit_usd,
        CASE WHEN fact.profit_usd IS NULL THEN 0 ELSE 1 END AS titles_with_profit
    FROM {{ source('refined_catalogue', 'fact_title') }} AS fact
    INNER JOIN {{ source('refined_catalogue', 'dim_title') }} AS title
        ON fact.title_id = title.title_id
    INNER JOIN {{ source('refined_catalogue', 'dim_date') }} AS calendar
        ON fact.release_date_key = calendar.date_key
    WHERE calendar.year IS NOT NULL
),

banded AS (
    SELECT
        *,
        CASE
            WHEN vote_count IS NULL THEN 0
            WHEN vote_count < 100 THEN 1
            WHEN vote_count < 1000 THEN 2
            WHEN vote_count < 10000 THEN 3
            WHEN vote_count < 100000 THEN 4
            ELSE 5
        END AS vote_band,
        CASE
            WHEN popularity IS NULL THEN 0
            WHEN popularity < 1 THEN 1
            WHEN popularity < 3 THEN 2
            WHEN popularity < 10 THEN 3
            WHEN popularity < 30 THEN 4
            WHEN popularity < 100 THEN 5
            ELSE 6
        END AS popularity_band
    FROM measured
)

SELECT
    title_id,
    title,
    title_type,
    cast(year AS integer) AS year,
    year_start_date,
    cast(decade AS integer) AS decade,
    decade_name,
    cast(1 AS bigint) AS titles,
    cast(mean_rating AS decimal(18, 3)) AS mean_rating,
    cast(rated_titles AS bigint) AS rated_titles,
    cast(vote_count AS bigint) AS vote_count,
    cast(popularity AS decimal(18, 3)) AS popularity,
    cast(profit_usd AS bigint) AS profit_usd,
    cast(cast(profit_usd AS double) / 1000000 AS decimal(18, 3)) AS profit_million_usd,
    cast(titles_with_profit AS bigint) AS titles_with_profit,
    cast(vote_band AS integer) AS vote_band,
    CASE vote_band
        WHEN 0 THEN 'not known'
        WHEN 1 THEN 'under 100'
        WHEN 2 THEN '100 to 1k'
        WHEN 3 THEN '1k to 10k'
        WHEN 4 THEN '10k to 100k'
        ELSE '100k and more'
    END AS votes,
    cast(popularity_band AS integer) AS popularity_band,
    CASE popularity_band
        WHEN 0 THEN 'not known'
        WHEN 1 THEN 'under 1'
        WHEN 2 THEN '1 to 3'
        WHEN 3 THEN '3 to 10'
        WHEN 4 THEN '10 to 30'
        WHEN 5 THEN '30 to 100'
        ELSE '100 and more'
    END AS popularity_range
FROM banded
