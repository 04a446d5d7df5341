-- One row per horror title whose year is known, and keyword of it, of the 20 keywords that most titles have.
SELECT
    title.title_id,
    keyword.keyword_id,
    keyword.keyword,
    title.title_type,
    title.year_start_date,
    title.decade,
    title.decade_name,
    title.titles
FROM {{ ref('horror_titles') }} AS title
INNER JOIN {{ source('refined_catalogue', 'bridge_title_keyword') }} AS bridge
    ON title.title_id = bridge.title_id
INNER JOIN {{ ref('horror_keywords') }} AS keyword
    ON bridge.keyword_id = keyword.keyword_id
WHERE keyword.place <= 20
