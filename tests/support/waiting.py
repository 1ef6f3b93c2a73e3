"""The limit of every wait in the tests: generous, because only failing tests wait that long."""

SECONDS = 60
MILLISECONDS = SECONDS * 1000


def patient(browser):
    """The browser, with the limit set in every page of every context, and in what tests expect of them."""
    from playwright.sync_api import expect

    expect.set_options(timeout=MILLISECONDS)
    open_context = browser.new_context

    def new_context(**options):
        context = open_context(**options)
        context.set_default_timeout(MILLISECONDS)
        return context

    browser.new_context = new_context
    return browser
