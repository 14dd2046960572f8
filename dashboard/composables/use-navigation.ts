import { getCurrentInstance, onScopeDispose, type Ref, ref } from "vue";

type Router = {
  push(path: string): Promise<unknown>;
  replace(path: string): Promise<unknown>;
  afterEach(hook: () => void): () => void;
};

export type Navigation = {
  /** Path and query of the page, kept up. */
  readonly path: Readonly<Ref<string>>;
  readonly query: Readonly<Ref<URLSearchParams>>;
  /** For `@click` of a link: changes the page without loading it anew, unless the reader wants another tab. */
  follow(event: MouseEvent): void;
  go(path: string): void;
  /** As `go`, without a step to go back to. */
  replace(path: string): void;
};

/** Dashboard's router where there is one, plain page loads where there is none. Call in `setup`. */
export function useNavigation(): Navigation {
  const router: Router | undefined = getCurrentInstance()?.appContext.config.globalProperties["$router"];
  const path = ref(location.pathname);
  const query = ref(new URLSearchParams(location.search));
  const read = (): void => {
    path.value = location.pathname;
    query.value = new URLSearchParams(location.search);
  };
  const stop = router?.afterEach(() => queueMicrotask(read));
  window.addEventListener("popstate", read);
  onScopeDispose(() => {
    stop?.();
    window.removeEventListener("popstate", read);
  });

  function go(target: string): void {
    if (router) void router.push(target);
    else location.assign(target);
  }
  return {
    path,
    query,
    go,
    replace(target) {
      if (router) void router.replace(target);
      else location.replace(target);
    },
    follow(event) {
      const isOwn = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
      const link = (event.currentTarget as Element | null)?.getAttribute("href");
      if (!router || !isOwn || !link || event.defaultPrevented) return;
      event.preventDefault();
      go(link);
    },
  };
}
