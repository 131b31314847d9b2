# shellcheck shell=bash disable=SC2034,SC2016 # variables are shared by the files of lib/; quoted programs run elsewhere
# The way into a pod of Kubernetes. Which cluster, is said by dbguard.toml or else by kubectl's own present context.

kube() {
  kubectl ${DB_CONTEXT:+"--context=$DB_CONTEXT"} ${DB_NAMESPACE:+"--namespace=$DB_NAMESPACE"} "$@"
}

find_pod() {
  local found why
  command -v kubectl >/dev/null 2>&1 || die failed 'kubectl is not installed, or not on PATH' 'nothing was touched' \
    "database $DB_ID lives in a pod ($DB_SELECTOR)"
  CONTAINER_TOOL=kubectl
  found="$(kube get pods --selector="$DB_SELECTOR" --field-selector=status.phase=Running --output=name 2>"$WORK/kube.err" </dev/null)" || {
    why="$(head -n 1 "$WORK/kube.err")"
    die failed "the cluster does not answer: $why" 'nothing was touched' 'look at: kubectl config current-context'
  }
  only_one "$found" "no running pod has the labels $DB_SELECTOR${DB_NAMESPACE:+ in the namespace $DB_NAMESPACE}" \
    'with several replicas, name the primary by its own label (such as statefulset.kubernetes.io/pod-name=db-0)'
  CONTAINER="$found"
  CONTAINER_PLACE="$found${DB_NAMESPACE:+, namespace $DB_NAMESPACE}, context ${DB_CONTEXT:-$(kube config current-context </dev/null 2>/dev/null || true)}"
}

# pod_exec [-e NAME | -e NAME=VALUE]… -- COMMAND…: kubectl has no -e, and its arguments are in the API server's audit log.
# So secrets go ahead of standard input: for each NAME its length on a line, then its bytes.
pod_exec() {
  local names=() plain=()
  while [ "$1" = -e ]; do
    case "$2" in *=*) plain+=("$2") ;; *) names+=("$2") ;; esac
    shift 2
  done
  shift
  [ "${#plain[@]}" -eq 0 ] || set -- env ${plain[@]+"${plain[@]}"} "$@"
  if [ "${#names[@]}" -eq 0 ]; then
    kube exec -i "$CONTAINER" ${DB_CONTAINER:+"--container=$DB_CONTAINER"} -- "$@"
    return
  fi
  kube exec -i "$CONTAINER" ${DB_CONTAINER:+"--container=$DB_CONTAINER"} -- sh -c '
    while [ "$1" != -- ]; do
      read -r bytes || exit 1
      value=$(dd bs=1 count="$bytes" 2>/dev/null; echo .)
      [ "$bytes" -eq 0 ] || export "$1=${value%.}"
      shift
    done
    shift
    exec "$@"' sh ${names[@]+"${names[@]}"} -- "$@" < <(pod_secrets ${names[@]+"${names[@]}"} && exec cat)
}

pod_secrets() {
  local name value
  for name in "$@"; do
    value="${!name:-}"
    printf '%s\n' "$(printf '%s' "$value" | wc -c | tr -d ' ')"
    printf '%s' "$value"
  done
}

pod_addresses() {
  kube get "$CONTAINER" --output=jsonpath='{.status.podIP}' </dev/null
}
