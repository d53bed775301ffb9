//! A small rulebook of another domain.

/// Whether a shop needs a warehouse: one question of each kind, one that needs another.
pub(crate) const RULES: &str = r#"
schema = "needk8s.rulebook/1"
extends = false
name = "shop"
version = "1"
title = "Do I need a warehouse?"
subject = "warehouse"
constants.effort-price = { value = 2, because = "b" }
constants.shortfall-price = { value = 1, because = "b" }
sides.with = { id = "yes", name = "a warehouse", case = "c" }
sides.without = { id = "no", name = "a shelf", case = "c" }
sides.hedge = { id = "hedge", name = "either", case = "c" }
band = [
  { id = "no", name = "Shelf", side = "no", at-most = -1, headline = "h", meaning = "m", because = "b" },
  { id = "maybe", name = "Either", side = "hedge", at-least = 0, at-most = 1, headline = "h", meaning = "m", because = "b" },
  { id = "yes", name = "Warehouse", side = "yes", at-least = 2, headline = "h", meaning = "m", because = "b" },
]
group = [{ id = "goods", title = "Goods" }, { id = "people", title = "People" }]
family = [{ id = "warehouse", name = "Warehouse" }, { id = "shelf", name = "Shelf" }]
source = [{ id = "s", title = "t", checked = "read" }]

[[question]]
id = "parcels"
group = "goods"
name = "Parcels"
prompt = "How many parcels a day?"
help = "Count those you send."
why = "Parcels need space."
kind = "count"
min = 1
max = 500
unit = "parcels"
say = { above = "a {n}", at-most = "b {n}", exactly = "c {n}" }

[[question]]
id = "size"
group = "goods"
name = "Size"
prompt = "How large are they?"
help = "The usual one."
why = "Size matters."
kind = "choice"
option = [{ id = "small", label = "Small", say = "s" }, { id = "large", label = "Large", say = "l" }]

[[question]]
id = "lift"
group = "goods"
name = "Lift"
prompt = "Do you have a lift?"
help = "Any lift."
why = "Large parcels are heavy."
kind = "flag"
ask-when = { size = "large" }
say = { yes = "y", no = "n" }

[[question]]
id = "shifts"
group = "people"
name = "Shifts"
prompt = "When do you work?"
help = "All that apply."
why = "Somebody must be there."
kind = "choices"
option = [{ id = "day", label = "By day", say = "d" }, { id = "night", label = "By night", say = "n" }]

[[criterion]]
id = "many"
side = "essential"
statement = "Many parcels"
when = { parcels = { above = 100 } }
demands = { space = { level = 4, weight = 3 } }
because = "b"
figures = "f"
sources = ["s"]

[[platform]]
id = "hall"
name = "Hall"
family = "warehouse"
effort = 4
summary = "s"
effort-because = "b"
sources = ["s"]

[[platform]]
id = "board"
name = "Board"
family = "shelf"
effort = 1
summary = "s"
effort-because = "b"
sources = ["s"]

[[aspect]]
id = "space"
name = "Space"
rated = "r"
short-of = "s"
cells.hall = { level = 4, label = "l", note = "n", sources = ["s"] }
cells.board = { level = 1, label = "l", note = "n", remedy = "r", sources = ["s"] }
"#;
