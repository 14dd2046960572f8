import { type ComputedRef, computed } from "vue";
import { request } from "../../composables/api-request.ts";
import { useResource } from "../../composables/use-resource.ts";

/** The time zone of the sites, in which routes and calendars are meant; the reader's own until it is known. Call in `setup`. */
export function useSiteZone(): ComputedRef<string> {
  const status = useResource((signal) => request("GET", "/api/v1/status", { signal }));
  const own = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return computed(() => status.value.value?.timeZone ?? own);
}
