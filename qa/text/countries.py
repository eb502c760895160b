"""Countries by their other names, so that "Chinese exports" finds "China's exports".

Only capitalised words are looked up: "Polish" is a country's, "polish" is not. The list is short on
purpose: names that newspapers use every day and that mean one country.
"""

from __future__ import annotations

from typing import Final

ALIASES: Final = {
    alias: country
    for country, aliases in {
        "u.s.": "US U.S. USA U.S.A. America American Americans United_States",
        "u.k.": "UK U.K. Britain British Britons United_Kingdom Great_Britain",
        "e.u.": "EU E.U. European_Union",
        "u.n.": "UN U.N. United_Nations",
        "afghanistan": "Afghan Afghans",
        "argentina": "Argentine Argentinian Argentines",
        "australia": "Australian Australians",
        "austria": "Austrian Austrians",
        "belgium": "Belgian Belgians",
        "brazil": "Brazilian Brazilians",
        "canada": "Canadian Canadians",
        "chile": "Chilean Chileans",
        "china": "Chinese",
        "colombia": "Colombian Colombians",
        "cuba": "Cuban Cubans",
        "denmark": "Danish Danes",
        "egypt": "Egyptian Egyptians",
        "finland": "Finnish Finns",
        "france": "French",
        "germany": "German Germans",
        "greece": "Greek Greeks",
        "hungary": "Hungarian Hungarians",
        "india": "Indian Indians",
        "indonesia": "Indonesian Indonesians",
        "iran": "Iranian Iranians",
        "iraq": "Iraqi Iraqis",
        "ireland": "Irish",
        "israel": "Israeli Israelis",
        "italy": "Italian Italians",
        "japan": "Japanese",
        "korea": "Korean Koreans",
        "mexico": "Mexican Mexicans",
        "netherlands": "Dutch Netherlands",
        "nigeria": "Nigerian Nigerians",
        "norway": "Norwegian Norwegians",
        "pakistan": "Pakistani Pakistanis",
        "philippines": "Philippine Philippines Filipino Filipinos",
        "poland": "Polish Poles",
        "portugal": "Portuguese",
        "russia": "Russian Russians",
        "scotland": "Scottish Scots",
        "spain": "Spanish Spaniards",
        "sweden": "Swedish Swedes",
        "switzerland": "Swiss",
        "syria": "Syrian Syrians",
        "taiwan": "Taiwanese",
        "thailand": "Thai Thais",
        "turkey": "Turkish Turks Turkiye",
        "ukraine": "Ukrainian Ukrainians",
        "venezuela": "Venezuelan Venezuelans",
        "vietnam": "Vietnamese",
    }.items()
    for alias in aliases.split()
}
"""From a name as written, spaces as underscores, to one name for the country, in lower case."""
