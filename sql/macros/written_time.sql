-- A time from text that a person or a spreadsheet wrote: in US order, days first with
-- points between, with the month as a word, or years first; null where it is none.
--
-- params: x
--
-- Text with slashes in which days come first is turned before, see
-- tasks/core/intake/day_order.py. A year has four digits, or two after slashes: those
-- of 2020 to 2049, for others may as well be a day that comes last.
SELECT
    CASE
        WHEN regexp_matches($x, '\b\d{4}')
            THEN try_strptime(
                trim($x), [
                    '%m/%d/%Y', '%m/%d/%Y %H:%M', '%m/%d/%Y %H:%M:%S',
                    '%m/%d/%Y %I:%M %p', '%m/%d/%Y %I:%M:%S %p',
                    '%m-%d-%Y', '%m-%d-%Y %H:%M', '%m-%d-%Y %H:%M:%S',
                    '%d.%m.%Y', '%d.%m.%Y %H:%M', '%d.%m.%Y %H:%M:%S',
                    '%Y%m%d', '%Y/%m/%d', '%Y/%m/%d %H:%M', '%Y/%m/%d %H:%M:%S',
                    '%d %b %Y', '%d-%b-%Y', '%d %B %Y', '%d-%B-%Y',
                    '%b %d, %Y', '%B %d, %Y'
                ]
            )
        WHEN regexp_matches($x, '^\s*\d{1,2}/\d{1,2}/[2-4]\d(\s|$)')
            THEN try_strptime(
                trim($x), [
                    '%m/%d/%y', '%m/%d/%y %H:%M', '%m/%d/%y %H:%M:%S',
                    '%m/%d/%y %I:%M %p', '%m/%d/%y %I:%M:%S %p'
                ]
            )
    END
