"""Support what-if: is customer support a cost center or a profit center for my business?"""
