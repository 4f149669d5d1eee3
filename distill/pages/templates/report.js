// Copy buttons, also from file://, and everything open on paper.
(() => {
  "use strict";
  const status = document.getElementById("status");

  const selected = (text) => {
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "hidden";
    area.style.whiteSpace = "pre"; // of what is hidden, spaces would be lost
    area.setAttribute("readonly", "");
    area.setAttribute("aria-hidden", "true");
    document.body.append(area);
    area.select();
    let done = false;
    try {
      done = document.execCommand("copy");
    } catch {
      done = false;
    }
    area.remove();
    return done;
  };

  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return selected(text);
    }
  };

  for (const button of document.querySelectorAll("button[data-copy]")) {
    const name = button.textContent;
    let back = 0;
    button.hidden = false;
    button.addEventListener("click", async () => {
      const done = await copy(document.getElementById(button.dataset.copy).textContent);
      button.focus();
      button.textContent = done ? "Copied" : "Select and copy it by hand";
      status.textContent = "";
      requestAnimationFrame(() => {
        status.textContent = done ? "Copied to the clipboard." : "It could not be copied.";
      });
      clearTimeout(back);
      back = setTimeout(() => {
        button.textContent = name;
      }, 2500);
    });
  }

  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const details of opened) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of opened) details.open = false;
  });
})();
