-- One row per day, hour of the day and store in which something was rented.
SELECT
    rental.rental_date AS date,
    cast(calendar.day_of_week AS integer) AS day_of_week,
    calendar.day_name,
    rental.rental_hour AS hour,
    rental.store_id,
    min(rental.store) AS store,
    count(*) AS rentals
FROM {{ ref('rentals') }} AS rental
INNER JOIN {{ source('final_sakila', 'dim_date') }} AS calendar
    ON rental.rental_date = calendar.date
GROUP BY rental.rental_date, calendar.day_of_week, calendar.day_name, rental.rental_hour, rental.store_id
