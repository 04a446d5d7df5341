-- One row per horror title whose year is known, and keyword of it, of the 20 keywords that most titles have.
WITH told AS (
    SELECT
        title.title_id,
        keyword.keyword_name AS keyword,
        title.title_type,
        title.year_start_date,
        title.decade,
        title.decade_name,
        title.titles
    FROM {{ ref('horror_titles') }} AS title
    INNER JOIN {{ source('refined_catalogue', 'bridge_title_keyword') }} AS bridge
        ON title.title_id = bridge.title_id
    INNER JOIN {{ source('refined_catalogue', 'dim_keyword') }} AS keyword
        ON bridge.keyword_id = keyword.keyword_id
    -- By this one horror series are found, so all of them have it.
    WHERE bridge.keyword_id <> 8087
),

counted AS (
    SELECT
        keyword,
        row_number() OVER (ORDER BY count(*) DESC, keyword) AS place
    FROM told
    GROUP BY keyword
)

SELECT DISTINCT
    told.title_id,
    told.keyword,
    told.title_type,
    told.year_start_date,
    told.decade,
    told.decade_name,
    told.titles
FROM told
INNER JOIN counted
    ON told.keyword = counted.keyword
WHERE counted.place <= 20
