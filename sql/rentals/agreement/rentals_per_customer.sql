-- One row per customer: rentals, films still out, late returns and what was paid, as the marts count them.
SELECT
    customer_id,
    rentals,
    not_returned,
    late_returns,
    paid
FROM marts.customers
