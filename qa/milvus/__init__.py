"""The same archive in a Milvus server: several machines ask it, one writes it.

    milvus://host:19530/news   the name of an index, wherever a folder can be named

A writer keeps an ordinary index in a folder of its own and mirrors each published generation to
the server (`mirror`). A reader needs the address alone: words, vectors and token states stay in
the server, searched there under filters evaluated there (`generation`); of texts and fields it
keeps a copy that follows the server (`replica`). `docs/adr/0010-milvus.md` says why.

Collections, for an index named `news` whose current build is `b1`:

    news                 what is current: a row that one write replaces
    news_b1_passages     words, vector, filter fields; the generations that added and removed it
    news_b1_states       token states
    news_b1_terms        how many passages hold each term
    news_b1_changes      the rows of the store that each generation added and removed
"""
