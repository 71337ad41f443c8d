interface CloseButtonProps {
  readonly label: string;
  readonly onClick: () => void;
}

/** A cross. */
export function CloseButton({ label, onClick }: CloseButtonProps) {
  return (
    <button type="button" class="icon-button" aria-label={label} onClick={onClick}>
      <svg viewBox="0 0 20 20" width="16" height="16" aria-hidden="true">
        <path d="M5 5l10 10M15 5L5 15" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" />
      </svg>
    </button>
  );
}
