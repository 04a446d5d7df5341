-- One row per film category and day of the week on which it was rented: rentals, and the category's place that day.
-- Plot: heatmap day_name category rentals
WITH per_film AS (
    -- Films are far fewer than rentals: counted first, a film is looked up once for each day of the week.
    SELECT
        calendar.day_of_week,
        calendar.day_name,
        rental.film_key,
        COUNT(*) AS rentals
    FROM fact_rental AS rental
    INNER JOIN dim_date AS calendar
        ON rental.rental_date_key = calendar.date_key
    GROUP BY calendar.day_of_week, calendar.day_name, rental.film_key
),

counted AS (
    SELECT
        per_film.day_of_week,
        per_film.day_name,
        film.category,
        CAST(SUM(per_film.rentals) AS SIGNED) AS rentals
    FROM per_film
    INNER JOIN dim_film AS film
        ON per_film.film_key = film.film_key
    GROUP BY per_film.day_of_week, per_film.day_name, film.category
)

SELECT
    counted.day_of_week,
    counted.day_name,
    counted.category,
    counted.rentals,
    ROW_NUMBER() OVER (PARTITION BY counted.day_of_week ORDER BY counted.rentals DESC, counted.category) AS place
FROM counted
ORDER BY counted.day_of_week, place
