"""Pages of one Chromium that are used again: a page that has loaded the app loads it anew in half of the processor time."""

from contextlib import contextmanager

USES = 12  # of a page: a renderer keeps some memory of every load
LAPTOP = {"width": 1366, "height": 768}
FORGET = "() => { try { localStorage.clear(); sessionStorage.clear(); } catch { /* an address without storage */ } }"


class Tabs:
    """Pages to borrow, each in a context of its own: nothing of the page or test before is left in them."""

    def __init__(self, browser):
        self.browser, self.free, self.lent = browser, {}, set()

    @contextmanager
    def page(self, purpose="app", *, viewport=LAPTOP, color_scheme="light", **options):
        """Lend a page; ``page.problems`` collects its uncaught errors.

        Two purposes, or other options than size and colours, never share a page.
        """
        free = self.free.setdefault((purpose, repr(sorted(options.items()))), [])
        page = free.pop() if free else self._new(options)
        self.lent.add(page)
        page.problems.clear()
        if page.viewport_size != viewport:
            page.set_viewport_size(viewport)
        page.emulate_media(color_scheme=color_scheme)
        yield page
        page.uses += 1
        if page in self.lent and page.uses < USES:
            self.lent.remove(page)
            self._clean(page, options)
            free.append(page)
        else:
            self.lent.discard(page)
            page.context.close()

    def spoil(self):
        """A test failed: no page that is lent now is lent again."""
        self.lent.clear()

    def _new(self, options):
        page = self.browser.new_context(viewport=LAPTOP, **options).new_page()
        page.devtools, page.problems, page.uses = page.context.new_cdp_session(page), [], 0
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        add = page.add_init_script

        def add_init_script(*script, **options):  # it stays with the page, which is therefore not lent again
            self.lent.discard(page)
            return add(*script, **options)

        page.add_init_script = add_init_script
        return page

    @staticmethod
    def _clean(page, options):
        for other in page.context.pages:
            if other is not page:
                other.close()
        page.evaluate(FORGET)
        page.unroute_all()
        page.context.clear_cookies()
        page.context.set_offline(options.get("offline", False))
        page.goto("about:blank")
        page.devtools.send("Page.resetNavigationHistory")
        page.mouse.move(-1, -1)  # nowhere
