import type { ComponentChildren } from 'preact';

interface SubmitButtonProps {
  /** The form's id, if the button is outside of it. */
  readonly form?: string;
  readonly disabled: boolean;
  readonly onSubmit: () => void;
  readonly children: ComponentChildren;
}

/** The button of a form that is sent nowhere; the Enter key in a field presses it, too. In a sandboxed frame no form may be sent. */
export function SubmitButton({ form, disabled, onSubmit, children }: SubmitButtonProps) {
  return (
    <button
      type="submit"
      {...(form !== undefined && { form })}
      class="button primary"
      disabled={disabled}
      onClick={(event) => {
        event.preventDefault();
        if (event.currentTarget.form?.reportValidity()) onSubmit();
      }}
    >
      {children}
    </button>
  );
}
