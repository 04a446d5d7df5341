-- One row per title of the newest movies.csv and series.csv, as most of its lines tell it.
WITH told AS (
    SELECT
        title_id,
        title_type,
        title,
        original_title,
        start_year,
        end_year,
        runtime_minutes,
        genres,
        mean_rating,
        vote_count,
        count(*) AS line_count,
        min(line_number) AS first_line
    FROM raw_catalogue.csv_rows
    WHERE reason = ''
    GROUP BY
        title_id,
        title_type,
        title,
        original_title,
        start_year,
        end_year,
        runtime_minutes,
        genres,
        mean_rating,
        vote_count
),

-- A title that is in both files is a film: `film` comes before `series`. The other file's lines are set aside.
placed AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY title_id ORDER BY title_type, line_count DESC, first_line) AS place
    FROM told
)

SELECT
    placed.title_id,
    placed.title_type,
    placed.title,
    placed.original_title,
    placed.start_year,
    placed.end_year,
    placed.runtime_minutes,
    placed.genres,
    placed.mean_rating,
    placed.vote_count
FROM placed
WHERE placed.place = 1
