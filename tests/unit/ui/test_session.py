"""What a session keeps and tells, in Streamlit's own harness."""

from streamlit.testing.v1 import AppTest


def told():
    import streamlit as st

    from ffbp.ui.session.state import session

    def say():
        session.tell("error", "not **this**", "table")
        session.tell("error", "not **this**", "table")
        session.tell("warning", "lasts", "file")

    st.button("say", on_click=say)
    st.button("hush", on_click=session.hush, args=("file",))
    session.show_told("table", once=True)
    session.show_told("file")


def test_what_is_told_is_shown_once_or_until_it_holds_no_longer():
    app = AppTest.from_function(told).run()
    assert not app.error
    assert not app.warning
    app.button[0].click().run()
    assert [box.value for box in app.error] == [r"not \*\*this\*\*"]
    assert [box.value for box in app.warning] == ["lasts"]
    app.run()
    assert not app.error
    assert [box.value for box in app.warning] == ["lasts"]
    app.button[1].click().run()
    assert not app.warning


def typed():
    import streamlit as st

    from ffbp.ui.session import control

    about = st.radio("about", ("a", "b"))
    if st.checkbox("drawn", value=True):
        st.text(control.typed(st, "Text", name="text", about=about) or "empty")
        st.button("forget", on_click=control.forget, args=("text",))


def test_a_typed_text_lasts_as_long_as_its_field_is_drawn_for_one_subject():
    app = AppTest.from_function(typed).run()
    shown = lambda: app.text[0].value  # noqa: E731
    app.text_input[0].set_value("1").run()
    assert shown() == "1"
    app.button[0].click().run()
    assert shown() == app.text_input[0].value + "empty"
    app.text_input[0].set_value("2").run()
    app.radio[0].set_value("b").run()
    assert shown() == app.text_input[0].value + "empty"
    app.radio[0].set_value("a").run()
    assert shown() == "empty"
    app.text_input[0].set_value("3").run()
    app.checkbox[0].uncheck().run()
    app.checkbox[0].check().run()
    assert shown() == app.text_input[0].value + "empty"


def replaced():
    import streamlit as st

    from ffbp.ui.session import control

    value = st.session_state["value"] = st.session_state.get("value", 0) + 1
    control.show(st, "number_input", "Number", name="number", value=value, on_change=lambda chosen: None)
    st.text(len(st.session_state))


def test_a_control_that_is_often_replaced_leaves_nothing_behind(monkeypatch):
    monkeypatch.setattr("ffbp.ui.session.control.LATE_SECONDS", 0.0)
    app = AppTest.from_function(replaced).run()
    sizes = [app.run().text[0].value for _ in range(8)]
    assert len(set(sizes[3:])) == 1, sizes


def with_other_options():
    import streamlit as st

    from ffbp.ui.session import control

    first = "heard" not in st.session_state
    heard = st.session_state.setdefault("heard", [])
    options = ["a", "b"] if first else ["a", "b", "c"]
    control.show(st, "selectbox", "Choice", options, name="choice", value=options[-1], on_change=heard.append)
    if not first:  # the browser sends what the first control showed once more
        st.session_state["choice"] = "b"
        control._told("choice", "choice", ["a", "b"], heard.append, ())
    st.text(str(heard))


def test_the_value_of_a_replaced_control_is_no_change_when_it_arrives_again():
    app = AppTest.from_function(with_other_options).run()
    assert app.run().text[0].value == "[]"


def fragments():
    import streamlit as st

    from ffbp.experiment.config import Config
    from ffbp.ui.session import fragments
    from ffbp.ui.session.state import session

    if session.is_new:
        session.adopt({})
    fragments.begin()
    fragments.note_view("sample")
    st.session_state["runs"] = st.session_state.get("runs", 0) + 1

    @fragments.fragment
    def part():
        if st.session_state["runs"] == 1:
            session.view = session.view.at(3)  # nothing outside shows it
        elif st.session_state["runs"] == 2:
            session.view = session.view.with_row(5)
        elif st.session_state["runs"] == 4:
            session.change(Config(epochs=7))
        elif st.session_state["runs"] == 6:
            fragments.outdate()

    part()


def test_the_page_is_drawn_anew_for_what_a_fragment_changed_outside_of_it_and_only_then():
    app = AppTest.from_function(fragments).run()
    assert app.session_state["runs"] == 1
    app.run()
    assert app.session_state["runs"] == 3, "a sample that the page shows: once more"
    app.run()
    assert app.session_state["runs"] == 5, "another experiment: once more"
    assert app.session_state["config"].epochs == 7
    app.run()
    assert app.session_state["runs"] == 7, "something for the whole page has come with the fragment's rerun: once more"
