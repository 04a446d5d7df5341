-- One row per film category and day of the week on which it was rented: rentals, and the category's place that day.
-- Plot: heatmap day_name category rentals
SELECT
    calendar.day_of_week,
    calendar.day_name,
    film.category,
    COUNT(*) AS rentals,
    ROW_NUMBER() OVER (PARTITION BY calendar.day_of_week ORDER BY COUNT(*) DESC, film.category) AS place
FROM fact_rental AS rental
INNER JOIN dim_date AS calendar
    ON rental.rental_date_key = calendar.date_key
INNER JOIN dim_film AS film
    ON rental.film_key = film.film_key
GROUP BY calendar.day_of_week, calendar.day_name, film.category
ORDER BY calendar.day_of_week, place
