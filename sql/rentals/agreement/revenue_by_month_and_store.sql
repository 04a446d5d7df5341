-- One row per month and store: payments and revenue, as the marts count them.
SELECT
    strftime(month_start_date, '%Y-%m') AS month,
    store_id,
    payments,
    revenue
FROM marts.revenue_by_month_and_store
