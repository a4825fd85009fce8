declare global {
  interface Window {
    /** Puts so many answers with thumbs on the page; done once they are painted. */
    grow(count: number): Promise<void>;
  }
}

const painted = async () => {
  await new Promise(requestAnimationFrame);
  await new Promise((resolve) => setTimeout(resolve));
};

/** How all thumbs of a page are made at once. */
const all = (make: (parent: Element, count: number) => void) => {
  window.grow = async (count) => {
    const parent = document.createElement("main");
    document.body.append(parent);
    // In a task of its own: what the debugger's protocol calls is not counted as script.
    await new Promise<void>((resolve) => {
      setTimeout(() => {
        make(parent, count);
        resolve();
      });
    });
    await painted();
  };
};

/** How one pair of thumbs is made under its answer. */
export const grow = (one: (parent: Element, index: number) => void) =>
  all((parent, count) => {
    for (let index = 0; index < count; index++) {
      const answer = document.createElement("p");
      answer.append("An answer. ");
      one(answer, index);
      parent.append(answer);
    }
  });
grow.all = all;
