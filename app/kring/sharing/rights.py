"""Rights on a document and the roles of members, by their code names."""

from __future__ import annotations

from typing import Final

NONE: Final = 0
LEZEN: Final = 1
BIJDRAGEN: Final = 2
BEHEREN: Final = 3

OWNER_ROLE: Final = "klant"
ROLES: Final = ("netwerklid", "procesbegeleider", "professional")
"""What an invite can offer."""
OUTSIDERS: Final = ("procesbegeleider", "professional")
"""Who is not there in privétijd."""
