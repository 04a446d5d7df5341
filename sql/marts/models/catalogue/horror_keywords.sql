-- One row per TMDB keyword of horror titles, but the one by which series are found: how many have it, and its place.
WITH counted AS (
    SELECT
        bridge.keyword_id,
        count(*) AS titles_of_any_year,
        count(title.title_id) AS titles
    FROM {{ source('refined_catalogue', 'bridge_title_keyword') }} AS bridge
    LEFT JOIN {{ ref('horror_titles') }} AS title
        ON bridge.title_id = title.title_id
    WHERE bridge.keyword_id <> 8087
    GROUP BY bridge.keyword_id
)

SELECT
    keyword.keyword_id,
    keyword.keyword_name AS keyword,
    cast(row_number() OVER (ORDER BY counted.titles DESC, keyword.keyword_id) AS bigint) AS place,
    cast(counted.titles AS bigint) AS titles,
    cast(counted.titles_of_any_year AS bigint) AS titles_of_any_year
FROM counted
INNER JOIN {{ source('refined_catalogue', 'dim_keyword') }} AS keyword
    ON counted.keyword_id = keyword.keyword_id
