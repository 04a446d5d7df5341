-- One row per horror title whose year is known, and sub-genre: a title counts in each of its sub-genres.
SELECT
    title.title_id,
    bridge.subgenre_id AS subgenre,
    title.title,
    title.title_type,
    title.year,
    title.year_start_date,
    title.decade,
    title.decade_name,
    title.titles,
    title.mean_rating,
    title.rated_titles,
    title.vote_count,
    title.popularity,
    title.profit_usd,
    title.profit_million_usd,
    title.titles_with_profit
FROM {{ ref('horror_titles') }} AS title
INNER JOIN {{ source('refined_catalogue', 'bridge_title_subgenre') }} AS bridge
    ON title.title_id = bridge.title_id
