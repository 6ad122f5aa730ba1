-- The credits of a row with exact amounts.
--
-- params: x
--
-- What Python shows for no value arrives as a word.
SELECT
    list_transform(
        $x, LAMBDA c: {
            'id': nullif(c['id'], 'None'),
            'full_name': nullif(c['full_name'], 'None'),
            'name': nullif(c['name'], 'None'),
            'type': nullif(c['type'], 'None'),
            'amount': number(c['amount'])
        }
    )
