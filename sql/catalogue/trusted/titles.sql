-- One row per title of the newest movies.csv and series.csv, as most of its lines tell it.
-- A title that is in both files is what the file says that has more lines of it, a film if they have as many.
WITH counted AS (
    SELECT
        title_id,
        title_type,
        row_number() OVER (PARTITION BY title_id ORDER BY count(*) DESC, title_type ASC) AS place
    FROM raw_catalogue.csv_rows
    WHERE reason = ''
    GROUP BY title_id, title_type
),

entry AS (
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

placed AS (
    SELECT
        entry.*,
        row_number() OVER (PARTITION BY entry.title_id ORDER BY entry.line_count DESC, entry.first_line ASC) AS place
    FROM entry
    INNER JOIN counted
        ON entry.title_id = counted.title_id AND entry.title_type = counted.title_type
    WHERE counted.place = 1
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
