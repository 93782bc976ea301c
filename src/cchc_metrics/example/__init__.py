"""A whole year of a district, made up: the records, units and plan of the example folder.

Everything here is synthetic (số liệu mô phỏng): no row stands for a real dossier, document, meeting or answer. The
totals are built to agree with what huyện Tháp Mười published about 2021; everything below the totals is drawn.
"""
