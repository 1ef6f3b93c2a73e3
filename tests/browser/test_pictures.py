"""Every chart at rest has one button, a picture of it, and no way to upload it anywhere."""

import pytest


@pytest.mark.parametrize("name", ["forward_pass", "backpropagation"])
def test_a_chart_is_saved_as_a_picture_and_cannot_be_shared(page, server, name):
    sent = []
    page.on("request", lambda request: sent.append(request.url))
    page.goto(f"{server}/{name}?epochs=20&hidden=3")
    chart = page.locator("[data-testid=stPlotlyChart] .js-plotly-plot").first
    chart.wait_for(timeout=60_000)
    page.locator("[data-testid=stSkeleton]").first.wait_for(state="hidden")
    page.wait_for_timeout(800)
    titles = page.eval_on_selector_all(
        ".js-plotly-plot .modebar-btn", "all => all.map(e => e.dataset.title || e.getAttribute('aria-label'))"
    )
    n_charts = page.locator("[data-testid=stPlotlyChart] .js-plotly-plot").count()
    assert len(titles) == n_charts > 0
    assert all("PNG" in title for title in titles)
    chart.hover()
    with page.expect_download() as download:
        chart.locator(".modebar-btn").click()
    assert download.value.suggested_filename == "ffbp.png"
    assert [url for url in sent if not url.startswith((server, "data:", "blob:"))] == []
