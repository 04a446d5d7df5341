-- One row per day of the week: rentals, and days on which something was rented, as the marts count them.
SELECT
    weekday.day_of_week,
    coalesce(sum(rented.rentals), 0) AS rentals,
    count(DISTINCT rented.date) AS days_with_rentals
FROM (SELECT DISTINCT day_of_week FROM marts.categories_by_weekday) AS weekday
LEFT JOIN marts.rentals_by_hour AS rented
    ON weekday.day_of_week = rented.day_of_week
GROUP BY weekday.day_of_week
