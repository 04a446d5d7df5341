-- One row per month of rental and store: rentals, returns, late ones and those still out, as the marts count them.
SELECT
    strftime(month_start_date, '%Y-%m') AS month,
    store_id,
    sum(rentals) AS rentals,
    sum(returned) AS returned,
    sum(not_returned) AS not_returned,
    sum(late_returns) AS late_returns
FROM marts.late_returns
GROUP BY month_start_date, store_id
