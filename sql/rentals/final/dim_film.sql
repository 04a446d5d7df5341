-- One row per film and day, as captured for the day.
WITH first_category AS (
    SELECT
        film_category.dt,
        film_category.film_id,
        min(film_category.category_id) AS category_id
    FROM stage_sakila.film_category AS film_category
    GROUP BY film_category.dt, film_category.film_id
)

SELECT
    film.dt,
    film.film_id,
    film.title,
    coalesce(category.name, 'Unknown') AS category,
    language.name AS language,
    original_language.name AS original_language,
    film.release_year,
    film.rating,
    film.length AS length_minutes,
    film.rental_duration,
    film.rental_rate,
    film.replacement_cost,
    film.special_features,
    greatest(
        film.captured_at,
        coalesce(category.captured_at, film.captured_at),
        language.captured_at,
        coalesce(original_language.captured_at, film.captured_at)
    ) AS captured_at
FROM stage_sakila.film AS film
LEFT JOIN first_category
    ON film.dt = first_category.dt AND film.film_id = first_category.film_id
LEFT JOIN stage_sakila.category AS category
    ON first_category.dt = category.dt AND first_category.category_id = category.category_id
LEFT JOIN stage_sakila.language AS language
    ON film.dt = language.dt AND film.language_id = language.language_id
LEFT JOIN stage_sakila.language AS original_language
    ON film.dt = original_language.dt AND film.original_language_id = original_language.language_id
